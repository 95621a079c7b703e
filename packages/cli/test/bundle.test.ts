import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
