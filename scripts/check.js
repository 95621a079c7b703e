// `npm run check`: everything that must hold before a commit lands, step by step. Stops at nothing, tells all.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const published = readdirSync('packages').filter(
  (name) => !JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')).private,
);

/** @type {ReadonlyArray<readonly [step: string, command: string]>} */
const steps = [
  ['build and types', 'tsc -b'],
  ['types of tests and scripts', 'tsc -p tsconfig.test.json'],
  ['format', 'biome check --error-on-warnings .'],
  ['lint and import borders', 'oxlint --type-aware --deny-warnings'],
  ['unused code', 'knip'],
  ['size of the browser client', 'tsx scripts/client-size.js'],
  [
    'docs are generated from the source',
    'tsx --conditions @farewell/source scripts/docs.ts --check',
  ],
  ...published.flatMap((name) => [
    [`package ${name}: publint`, `publint packages/${name} --strict`],
    [`package ${name}: types resolve`, `attw --pack packages/${name} --profile esm-only --quiet`],
  ]),
  ...(process.argv.includes('--no-test') ? [] : [['tests', 'vitest run']]),
];

let failed = 0;
for (const [step, command] of steps) {
  const started = performance.now();
  const result = spawnSync(`npx --no-install ${command}`, { shell: true, encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = result.status === 0;
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${step} (${seconds} s)\n`);
  if (ok) continue;
  failed += 1;
  process.stdout.write(`${result.stdout}${result.stderr}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
