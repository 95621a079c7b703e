import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWith } from './support/requires.ts';

const source = new URL('./stacks/lock.ts', import.meta.url).href;

let folder = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'farewell-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A process that writes down when it has the lock and, unless it keeps it, when it gives it back. */
function start(does: 'keeps it' | 'gives it back'): ChildProcess {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(source)};
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    withLock(${JSON.stringify(join(folder, 'lock'))}, () => {
      appendFileSync(${JSON.stringify(journal())}, 'taken ');
      console.log('taken');
      wait(${does === 'keeps it' ? 'Infinity' : 20});
      appendFileSync(${JSON.stringify(journal())}, 'given back ');
    });
  `;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

function journal(): string {
  return join(folder, 'journal');
}

describeWith(['linux'], 'the lock of a kit', () => {
  test('is held by one process at a time, also right after its holder was killed', async () => {
    const holder = start('keeps it');
    if (holder.stdout === null) throw new Error('no stdout');
    await once(holder.stdout, 'data');
    const others = Array.from({ length: 4 }, () => start('gives it back'));
    const ended = others.map((child) => once(child, 'exit'));
    holder.kill('SIGKILL');
    expect(await Promise.all(ended)).toEqual(others.map(() => [0, null]));
    expect(readFileSync(journal(), 'utf8')).toBe(`taken ${'taken given back '.repeat(4)}`);
  });

  test('is free where an earlier process has left its file', async () => {
    writeFileSync(join(folder, 'lock'), '4194304');
    const child = start('gives it back');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
