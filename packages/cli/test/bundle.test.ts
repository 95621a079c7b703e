import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepCode } from '../../../scripts/keep-code.js';
import { bin } from './support/farewell.ts';

const dist = join(dirname(bin), '../dist');

/** A copy of the bundle as a package of its own. */
let copy = '';
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'farewell-bundle-'));
  mkdirSync(join(copy, 'dist'));
  writeFileSync(join(copy, 'package.json'), '{ "type": "module", "version": "9.8.7" }');
  for (const file of ['bundle-start.cjs', 'bundle.cjs'])
    cpSync(join(dist, file), join(copy, 'dist', file));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

function version(): string {
  const args = [join(copy, 'dist/bundle-start.cjs'), '--version'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return stdout.trim() + stderr;
}

test('the bundle runs without the code that V8 made of it', () => {
  expect(version()).toBe('9.8.7');
});

test.each(['', 'not what V8 made', '\0'.repeat(100_000)])(
  'the bundle runs beside code that V8 refuses',
  (code) => {
    writeFileSync(join(copy, 'dist/bundle.code'), code);
    expect(version()).toBe('9.8.7');
  },
);

test('the first run keeps the code that V8 made', async () => {
  expect(await keepCode(join(copy, 'dist'))).toBeNull();
  expect(existsSync(join(copy, 'dist/bundle.code'))).toBe(true);
  expect(version()).toBe('9.8.7');
});

test.each([
  ['process.exit(7)', 'it exited with 7'],
  ["process.kill(process.pid, 'SIGKILL')", 'it was ended by SIGKILL'],
])('a first run that keeps none says why: %s', async (start, why) => {
  writeFileSync(join(copy, 'dist/bundle-start.cjs'), start);
  expect(await keepCode(join(copy, 'dist'))).toBe(why);
});
