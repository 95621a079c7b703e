// dist/bundle.js: runs the command line from its bundle, with the code that V8 made of it when it was built.
// V8 refuses code of another version of itself, and compiles then.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const filename = fileURLToPath(new URL('bundle.cjs', import.meta.url));
const codeFile = fileURLToPath(new URL('bundle.code', import.meta.url));

// The bundle is ASCII, which Latin-1 decodes soonest.
const source = `(function (require, module, bundleUrl) {${readFileSync(filename, 'latin1')}\n})`;
const script = new Script(source, { filename, cachedData: codeIfThere() });
if (process.env.FAREWELL_KEEP_CODE === '1') process.once('exit', keepCode);
script.runInThisContext()(createRequire(import.meta.url), { exports: {} }, import.meta.url);

function codeIfThere() {
  try {
    return readFileSync(codeFile);
  } catch {
    return undefined;
  }
}

/** V8 takes over code only under the flags that it was made with: the one that `why` sets is set back. */
function keepCode() {
  setFlagsFromString('--semi-space-growth-factor=2');
  writeFileSync(codeFile, script.createCachedData());
}
