import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { isOnlyNamespace } from '../../src/kernel-trace/read-namespaces.ts';

describeWith(['root'], 'whether there is one network namespace only', () => {
  it('is false as soon as a process is in another', async () => {
    const other = spawn('unshare', ['--net', 'sh', '-c', 'echo there; exec sleep 60']);
    await once(other.stdout, 'data');
    expect(isOnlyNamespace()).toBe(false);
    other.kill();
    await once(other, 'exit');
  });
});
