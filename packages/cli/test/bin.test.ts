import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bin } from './support/farewell.ts';

/** A copy of the bin among builds that only say which they are. */
let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'farewell-bin-'));
  cpSync(dirname(bin), join(workspace, 'cli/bin'), { recursive: true });
  put('cli/package.json', '{ "type": "module" }', 0);
  put('cli/dist/main.js', 'console.log("modules")', 0);
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function put(path: string, text: string, modifiedAt: number): void {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, modifiedAt, modifiedAt);
}

function whatRuns(): string {
  const args = [join(workspace, 'cli/bin/farewell.js')];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.trim();
}

test('without a bundle the modules are run', () => {
  expect(whatRuns()).toBe('modules');
});

test('a bundle is run, also as a package, where all files are of one time and no build beside it', () => {
  put('cli/dist/bundle-start.cjs', 'console.log("bundle")', 1000);
  expect(whatRuns()).toBe('bundle');
  put('cli/dist/.tsbuildinfo', '', 1000);
  expect(whatRuns()).toBe('bundle');
});

test('a package that was built after the bundle makes the modules run', () => {
  put('cli/dist/bundle-start.cjs', 'console.log("bundle")', 1000);
  put('evidence/dist/.tsbuildinfo', '', 2000);
  expect(whatRuns()).toBe('modules');
});
