import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { ProcessNames } from '../../src/kernel-trace/read-process-names.ts';

describeWith(['tracefs'], 'the process behind a thread of the trace', () => {
  it('is named for the main thread and for every other one', async () => {
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    await once(worker, 'online');
    const names = new ProcessNames('/sys/kernel/tracing');
    const threads = readdirSync('/proc/self/task').map(Number);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) expect(names.find(thread, 0)?.pid).toBe(process.pid);
    await worker.terminate();
  });

  it('is null for a thread that nobody remembers', () => {
    const names = new ProcessNames('/sys/kernel/tracing');
    expect(names.find(2 ** 30, 0)).toBeNull();
    expect(names.find(-1, 0)).toBeNull();
  });
});
