// Puts the built command line into one file and compiles it: a module of its own costs Node 0.4 ms to load, and
// `why` has 150 of them. `tsc -b` comes first; bin/farewell.js takes whichever of the two builds is newer. What
// reads captures is one file, too.
import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { keepCode } from './keep-code.js';

const dist = pathOf('../packages/cli/dist/');
const evidence = pathOf('../packages/evidence/dist/');
const options = {
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Half the text to compile, which is 5 to 15 ms of a start; names stay, for the stack of a defect.
  minifySyntax: true,
  minifyWhitespace: true,
  // koffi is native; the lab starts files of its own by their paths.
  external: ['koffi', '@farewell/lab'],
  logLevel: 'warning',
};

// First of all: V8 tells code of another source only by its length.
rmSync(`${dist}bundle.code`, { force: true });
// A script and no module: only of scripts does Node let V8's code be kept.
await build({
  ...options,
  entryPoints: { bundle: `${dist}main.js` },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'bundleUrl' },
  // A script whose code was kept cannot import(): Node then misses its callback.
  supported: { 'dynamic-import': false },
});
// Captures are read a quarter sooner: across modules V8 fetches a constant from memory each time it is used, and in
// one file esbuild writes its value. The thread that reads them is looked for beside whoever starts it.
await build({
  ...options,
  outdir: `${evidence}bundle`,
  entryPoints: {
    captures: `${evidence}captures.js`,
    'reading-thread': `${evidence}captures/reading-thread.js`,
  },
  format: 'esm',
});
copyFileSync(`${evidence}bundle/reading-thread.js`, `${dist}reading-thread.js`);
copyFileSync(pathOf('./bundle-start.cjs'), `${dist}bundle-start.cjs`);
const whyNone = await keepCode(dist);
if (whyNone !== null)
  process.stderr.write(
    `The first run of the bundle left no compiled code: ${whyNone}. farewell works without it, and starts more slowly.\n`,
  );

function pathOf(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
