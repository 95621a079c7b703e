// The size of the browser client with core: everything that its entry exports, minified and gzipped.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes: 8 kB. */
const limitBytes = 8_000;

const entries = {
  everything: "export * from '@farewell/client'",
  'connect alone': "export { connect } from '@farewell/client'",
  'keepConnected alone': "export { keepConnected } from '@farewell/client'",
};

for (const [name, contents] of Object.entries(entries)) {
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
