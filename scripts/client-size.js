// The size of the browser client with core, minified and gzipped.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes gzipped that each may have, by what a page imports. */
const entries = [
  ['connect', 5_000, "export { connect } from '@farewell/client'"],
  ['keepConnected', 7_000, "export { keepConnected } from '@farewell/client'"],
  ['everything', 8_000, "export * from '@farewell/client'"],
];

for (const [name, limitBytes, contents] of entries) {
  const bytes = gzipSync(await bundle(contents), { level: 9 }).length;
  process.stdout.write(`${name}: ${bytes} bytes gzipped, at most ${limitBytes}\n`);
  if (bytes > limitBytes) process.exitCode = 1;
}

/** @param {string} contents */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: 'packages/client' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@farewell/source'],
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
