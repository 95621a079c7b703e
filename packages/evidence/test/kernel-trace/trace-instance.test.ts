import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import {
  instanceName,
  parseInstanceName,
  readOwnOwner,
} from '../../src/kernel-trace/instance-name.ts';
import { openTraceInstance, removeLeftovers } from '../../src/kernel-trace/trace-instance.ts';
import { nodeArguments } from './live.ts';

const INSTANCES = '/sys/kernel/tracing/instances';
const SMALL = { ports: [1], bufferBytes: 4_096 };
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
    openTraceInstance(SMALL).remove();
  }
});

function instancesOf(pid: number | undefined): string[] {
  return readdirSync(INSTANCES).filter((name) => parseInstanceName(name)?.pid === pid);
}

/** Starts a run and waits until it traces. */
async function startRun(ending: string): Promise<ChildProcess> {
  const [command = '', ...rest] = nodeArguments('tracing-child.ts', ending);
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describeWith(['tracefs'], 'an instance of the trace', () => {
  it('is there while the trace runs and gone afterwards', () => {
    const instance = openTraceInstance(SMALL);
    expect(instancesOf(process.pid)).toHaveLength(1);
    expect(instance.layouts).toHaveLength(5);
    instance.remove();
    instance.remove();
    expect(instancesOf(process.pid)).toEqual([]);
  });

  it('has a name of its own within one process', () => {
    const instances = [openTraceInstance(SMALL), openTraceInstance(SMALL)];
    expect(instancesOf(process.pid)).toHaveLength(2);
    for (const instance of instances) instance.remove();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is removed on %s, which still ends the process',
    async (signal) => {
      const child = await startRun('wait');
      expect(instancesOf(child.pid)).toHaveLength(1);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
      expect(instancesOf(child.pid)).toEqual([]);
    },
  );

  it.each([
    ['process.exit', 'exit', 0],
    ['a crash', 'crash', 1],
  ] as const)('is removed on %s', async (_, ending, status) => {
    const child = await startRun(ending);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(status);
    expect(instancesOf(child.pid)).toEqual([]);
  });

  it('leaves a signal to a handler that was there, and is removed when that ends the process', async () => {
    const child = await startRun('own-handler');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([3, null]);
    expect(instancesOf(child.pid)).toEqual([]);
  });

  it('is left by a run that was killed, and removed by the next', async () => {
    const child = await startRun('wait');
    expect(instancesOf(child.pid)).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    openTraceInstance(SMALL).remove();
    expect(instancesOf(child.pid)).toEqual([]);
  });

  it('of a run whose pid was given to another process is recognised by its start time', () => {
    const own = readOwnOwner();
    const reused = join(INSTANCES, instanceName({ ...own, startTicks: own.startTicks - 1 }, 99));
    const foreign = join(INSTANCES, instanceName({ ...own, pidNamespace: 1, pid: 1 }, 99));
    mkdirSync(reused);
    mkdirSync(foreign);
    openTraceInstance(SMALL).remove();
    const left = readdirSync(INSTANCES).map((name) => join(INSTANCES, name));
    rmdirSync(foreign);
    expect(left).not.toContain(reused);
    expect(left).toContain(foreign);
  });

  it('leaves those of living runs and of other programs alone', async () => {
    const child = await startRun('wait');
    openTraceInstance(SMALL).remove();
    expect(instancesOf(child.pid)).toHaveLength(1);
    expect(parseInstanceName('perf-buffer')).toBeNull();
    expect(parseInstanceName('farewell-1-2')).toBeNull();
  });

  it('that is in use is not removed, and that is no error', async () => {
    const child = await startRun('wait');
    const [name] = instancesOf(child.pid);
    removeLeftovers(INSTANCES, (candidate) => candidate === name);
    expect(instancesOf(child.pid)).toEqual([name]);
  });
});

describeWith(['tracefs', 'setpriv'], 'the trace without privilege', () => {
  it('is refused with what it takes', () => {
    const script = `
      import { openKernelTrace } from './packages/evidence/src/kernel-trace/read-kernel-trace.ts';
      try { openKernelTrace(); } catch (error) { console.log(error.code, error.message); }`;
    const { stdout, stderr } = spawnSync(
      'setpriv',
      [
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        process.execPath,
        '--import',
        'tsx',
        '--conditions',
        '@farewell/source',
        '--input-type=module',
        '-e',
        script,
      ],
      { encoding: 'utf8', env: { ...process.env, TMPDIR: '/tmp', TSX_DISABLE_CACHE: '1' } },
    );
    expect({ stdout, stderr }).toMatchObject({
      stdout:
        'NOT_PERMITTED The kernel trace needs root and a writable tracefs: /sys/kernel/tracing/instances: EACCES; run as root\n',
    });
  });
});
