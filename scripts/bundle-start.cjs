// dist/bundle-start.cjs: runs the command line from its bundle, with the code that V8 made of it when it was
// built. V8 refuses code of another version of itself, and compiles then. CommonJS, because it starts sooner.
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const filename = path.join(__dirname, 'bundle.cjs');
const codeFile = path.join(__dirname, 'bundle.code');

// The bundle is ASCII, which Latin-1 decodes soonest.
const source = `(function (require, module, bundleUrl) {${readFileSync(filename, 'latin1')}\n})`;
const script = new Script(source, { filename, cachedData: codeIfThere() });
if (process.env.FAREWELL_KEEP_CODE === '1') process.once('exit', keepCode);
script.runInThisContext()(require, { exports: {} }, pathToFileURL(filename).href);

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
