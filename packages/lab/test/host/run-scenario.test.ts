import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { descendantsOf, isAlive } from '../../../../test/support/processes.ts';
import { describeWith } from '../../../../test/support/requires.ts';
import { listScenarios, runScenario } from '../../src/index.ts';
import { expectSameAsSs } from '../support/expect-same.ts';
import { type BesideSs, runBesideSs } from '../support/run-beside-ss.ts';

const run = promisify(execFile);
/** A slow one takes more than a minute, and each runs twice. */
const scenarios = listScenarios().filter(({ pace }) => pace === 'fast');
const slow = listScenarios().filter(({ pace }) => pace === 'slow');
const nobody = 65_534;

describeWith(
  ['linux', 'namespaces', 'ss', 'nstat', 'nginx', 'tbf'],
  'each scenario agrees with the kernel as `ss` and `nstat` read it',
  () => {
    it.concurrent.each(scenarios)('$name', async ({ name }) => {
      expectSameAsSs(await runBesideSs(name));
    });

    it.concurrent.each(slow)('$name', { timeout: 150_000 }, async ({ name }) => {
      expectSameAsSs(await runBesideSs(name));
    });
  },
);

describeWith(
  ['linux', 'namespaces', 'ss', 'nstat', 'nginx', 'tbf', 'setpriv'],
  'the same as an ordinary user',
  () => {
    it.concurrent.each(scenarios)('$name', async ({ name }) => {
      const script = fileURLToPath(new URL('../support/run-beside-ss.ts', import.meta.url));
      const user = ['--reuid', nobody, '--regid', nobody, '--clear-groups'].map(String);
      const node = [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source'];
      const { stdout } = await run('setpriv', [...user, ...node, script, name]);
      expectSameAsSs(JSON.parse(stdout) as BesideSs);
    });
  },
);

describeWith(['linux', 'namespaces'], 'while a scenario is there', () => {
  it('its processes are in another network namespace, and gone when it ends', async () => {
    const pids: number[] = [];
    await runScenario('client-closes-first', {
      whileLive: ({ result, stagePid }) => {
        pids.push(stagePid, result.given.client.pid, result.given.server.pid);
        const namespaces = new Set(pids.map((pid) => readlinkSync(`/proc/${pid}/ns/net`)));
        expect(namespaces.size).toBe(1);
        expect(namespaces).not.toContain(readlinkSync('/proc/self/ns/net'));
      },
    });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('a signal ends it and its processes', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let processes: readonly number[] = [];
    const outcome = runScenario('client-vanished', {
      signal: controller.signal,
      onPhase: (phase) => {
        if (phase !== 'playing') return;
        processes = descendantsOf(process.pid);
        controller.abort(reason);
      },
    });
    await expect(outcome).rejects.toBe(reason);
    // The stage and its two peers; the test runner may have children of its own.
    expect(processes.length).toBeGreaterThanOrEqual(3);
    const stages = processes.filter(
      (pid) => pid !== process.pid && !descendantsOf(process.pid).includes(pid),
    );
    expect(stages.length).toBeGreaterThanOrEqual(3);
    expect(stages.filter(isAlive)).toEqual([]);
  });
});

describeWith(['linux'], 'without namespaces', () => {
  const isolation = { isolated: false, why: 'unshare failed: Operation not permitted' } as const;

  it('a scenario that needs no more than loopback runs there, on a port of its own', async () => {
    const outcome = await runScenario('server-closes-first', { isolation });
    if (outcome.kind !== 'ran') throw new Error('Expected it to run');
    expect(outcome.result.disagreements).toEqual([]);
    expect(outcome.result.kernel).toMatchObject({ isolated: false, server: { 'TIME-WAIT': 1 } });
    expect(outcome.result.kernel.serverPort).not.toBe(8080);
  });

  it('a scenario that changes the namespace is skipped with the reason', async () => {
    const outcome = await runScenario('ports-exhausted', { isolation });
    expect(outcome).toEqual({
      kind: 'skipped',
      skipped: { name: 'ports-exhausted', needs: 'namespace', reason: isolation.why },
    });
  });
});

describe('an unknown scenario', () => {
  it('is an error that names it', async () => {
    await expect(runScenario('no-such')).rejects.toThrow('got "no-such"');
  });
});
