// Puts the built command line into few files: a module of its own costs Node 0.4 ms to load, and `why` has
// 150 of them. `tsc -b` comes first; bin/farewell.js takes whichever of the two builds is newer.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../packages/cli/dist/', import.meta.url));
const readingThread = fileURLToPath(
  new URL('../packages/evidence/dist/captures/reading-thread.js', import.meta.url),
);

rmSync(`${dist}bundle`, { recursive: true, force: true });
await build({
  // The thread that reads captures is looked for beside whoever starts it.
  entryPoints: { bundle: `${dist}main.js`, 'bundle/reading-thread': readingThread },
  outdir: dist,
  chunkNames: 'bundle/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Half the text to compile, which is 5 to 15 ms of a start; names stay, for the stack of a defect.
  minifySyntax: true,
  minifyWhitespace: true,
  // koffi is native; the lab starts files of its own by their paths.
  external: ['koffi', '@farewell/lab'],
  // commander is CommonJS, and asks for Node's modules by require().
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
});
