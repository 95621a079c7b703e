/**
 * `npm run docs`: writes what the documentation takes from the source (diagrams, tables).
 * With `--check` it writes nothing and exits 1 if a file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { apiPages } from './docs/api-pages.ts';
import { labPages, type Page } from './docs/lab-pages.ts';
import { probePages } from './docs/probe-pages.ts';
import { stateDiagrams } from './docs/state-diagrams.ts';

const files: readonly Page[] = [
  { path: 'docs/state-diagrams.md', text: stateDiagrams() },
  ...labPages(),
  ...apiPages(),
  ...probePages(),
];
const check = process.argv.includes('--check');

function current(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

for (const { path, text } of files) {
  if (current(path) === text) continue;
  if (check) {
    process.exitCode = 1;
    process.stderr.write(`${path} is stale. Run \`npm run docs\` and commit the result.\n`);
  } else {
    writeFileSync(path, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
