import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TraceTable } from '@farewell/core';
import { diagnose } from '@farewell/diagnosis';
import { expect, test, vi } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import type { WhyJson } from '../../src/why/render-json.ts';
import { Service } from '../support/ends.ts';
import { asNobody, farewell, finished, start } from '../support/farewell.ts';
import { closeWaitLeak } from '../support/leak.ts';
import { evidence } from '../support/reports.ts';

const instances = '/sys/kernel/tracing/instances';

/** The instance of this child; undefined: there is none. */
function instanceOf({ pid }: ChildProcess): string | undefined {
  return readdirSync(instances).find((name) => name.split('-')[2] === String(pid));
}

/** It listens to the deaths of sockets, the last thing that it starts before it watches. */
function listens({ pid }: ChildProcess): boolean {
  const lines = readFileSync('/proc/net/netlink', 'utf8').split('\n');
  return lines.some((line) => {
    const [, protocol, portId, groups] = line.split(/\s+/);
    return protocol === '4' && portId === String(pid) && groups !== '00000000';
  });
}

/** Runs `why` on a port, calls `act` once it records, and gives its JSON. */
async function whyWhile(
  port: number,
  act: () => Promise<void>,
  args: readonly string[] = ['--for', '2s'],
): Promise<WhyJson> {
  const child = start(['why', `:${port}`, '--json', ...args]);
  const end = finished(child);
  await vi.waitFor(() => expect(listens(child)).toBe(true), { timeout: 20_000, interval: 5 });
  await act();
  const { stdout, stderr } = await end;
  expect(stderr).toBe('');
  return JSON.parse(stdout) as WhyJson;
}

function verdictOf({ verdicts }: WhyJson, id: string, side: 'server' | 'client') {
  return verdicts.find(
    (verdict) => verdict.id === id && (verdict.destination === null) === (side === 'server'),
  );
}

describeWith(['tracefs'], 'farewell why with the kernel trace', () => {
  // The time is the machine's as well: a moment in which others take it proves nothing.
  test('beside a leaking server under load it names process, fault, rate and time left in 5 s', {
    retry: 2,
  }, async () => {
    await using leak = await closeWaitLeak(5);
    await using load = startLoad(leak.port);
    await load.running;
    const startedAt = performance.now();
    const { stdout, status } = await farewell(['why', `:${leak.port}`, '--json', '--for', '2s']);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const report = JSON.parse(stdout) as WhyJson;
    expect(report.sources.slice(0, 2)).toEqual(['kernel trace', 'socket table (sock_diag)']);
    const found = verdictOf(report, 'close-wait-leak', 'server');
    expect(found).toMatchObject({ severity: 'problem', process: { pid: process.pid } });
    const [fins] = found?.evidence ?? [];
    expect(fins?.text).toMatch(/^\d+ FINs from the client in [\d.]+ s, 0 closes by /);
    expect(fins).toMatchObject({ unit: 'FINs/s', source: 'kernel trace' });
    expect(Number(fins?.value)).toBeGreaterThan(1);
    const descriptors = found?.costs.find(({ resource }) => resource === 'descriptors');
    expect(descriptors?.exhaustedIn).toBeGreaterThan(0);
    expect(descriptors?.text).toMatch(/at \+[\d.,]+\/s the rest are gone in /);
    expect(status).toBe(1);
  });

  test('tells resets of both directions, by whom and why', async () => {
    await using service = await Service.open();
    const report = await whyWhile(service.port, async () => {
      for (const { client, server } of await service.pairs(6)) {
        server.resetAndDestroy();
        await closed(client);
      }
    });
    expect(verdictOf(report, 'reset-by-us', 'server')).toMatchObject({
      count: 6,
      severity: 'risk',
      confidence: 'certain',
      process: { pid: process.pid },
    });
    expect(verdictOf(report, 'reset-by-peer', 'client')).toMatchObject({ count: 6 });
    expect(verdictOf(report, 'reset-by-peer', 'server')).toBeUndefined();
    const server = report.traced?.services.find(({ role }) => role === 'server');
    expect(server).toMatchObject({
      resets: [{ direction: 'sent', reason: 'TCP_STATE', count: 6 }],
      endings: { 'reset-sent': 6 },
    });
  });

  test('tells a close with unread data', async () => {
    await using service = await Service.open();
    const report = await whyWhile(service.port, async () => {
      for (const { client, server } of await service.pairs(3)) {
        client.write('never read');
        await vi.waitFor(() => expect(client.bytesWritten).toBeGreaterThan(0));
        server.destroy();
        await closed(client);
      }
    });
    expect(verdictOf(report, 'reset-with-unread-data', 'server')).toMatchObject({
      count: 3,
      process: { pid: process.pid },
    });
    expect(verdictOf(report, 'reset-by-us', 'server')).toBeUndefined();
  });

  test('tells data after the close, at the port of a client as well', async () => {
    await using service = await Service.open();
    const report = await whyWhile(service.port, async () => {
      for (const side of ['client', 'server'] as const) {
        const pair = await service.pair();
        const other = pair[side === 'client' ? 'server' : 'client'];
        pair[side].destroy();
        await once(other.resume(), 'end');
        // Node looks at a socket that has ended only when it writes to it.
        await vi.waitFor(() => {
          other.write('too late');
          expect(other.destroyed).toBe(true);
        });
      }
    });
    for (const side of ['client', 'server'] as const)
      expect(verdictOf(report, 'reset-data-after-close', side)).toMatchObject({
        count: 1,
        process: { pid: process.pid },
      });
  });

  test('tells a storm of connections, and whose it is', async () => {
    await using service = await Service.open();
    const { port } = service;
    await service[Symbol.asyncDispose]();
    // Nobody listens any more: each attempt is refused, and the next one follows.
    const script = `const go = () => require('net').connect(${port}, '127.0.0.1').on('error', () => setTimeout(go, 10)); go();`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    try {
      const report = await whyWhile(port, async () => {});
      expect(verdictOf(report, 'reconnect-storm', 'client')).toMatchObject({
        severity: 'problem',
        process: { pid: child.pid },
        destination: `127.0.0.1:${port}`,
      });
    } finally {
      child.kill();
    }
  });

  test('tells that connections die at the same idle age, without naming who if no default fits', async () => {
    await using service = await Service.open();
    const report = await whyWhile(service.port, async () => {
      const cuts: Promise<void>[] = [];
      for (let opened = 0; opened < 6; opened += 1) {
        cuts.push(cutWhenIdle(service, 1500));
        await sleep(150); // one after the other, so that they were not closed together
      }
      await Promise.all(cuts);
    }, ['--for', '4s']);
    const found = verdictOf(report, 'idle-cut', 'client');
    expect(found?.summary).toContain('the same idle age');
    expect(found).toMatchObject({ count: 6, severity: 'risk' });
    const texts = found?.evidence.map(({ text }) => text).join('\n');
    expect(texts).toContain('no well-known default has this age');
  });

  test('names the process that made a TIME-WAIT, which has ended meanwhile', async () => {
    await using service = await Service.open();
    let pid: number | undefined;
    const report = await whyWhile(service.port, async () => {
      const accepted = service.accept();
      const script = `require('net').connect(${service.port}, '127.0.0.1', function () { this.end(); this.resume(); })`;
      const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
      ({ pid } = child);
      const server = await accepted;
      await once(server.resume(), 'end');
      server.end();
      await once(child, 'exit');
    });
    const found = verdictOf(report, 'time-wait-on-client', 'client');
    expect(found).toMatchObject({ count: 1, process: { pid, name: 'node' } });
  });
});

describeWith(['tracefs', 'tbf'], 'two FINs that cross on a slow link', () => {
  test('are a simultaneous close', () => {
    const path = '../../../evidence/test/kernel-trace/crossing-fins.ts';
    const script = fileURLToPath(new URL(path, import.meta.url));
    const node = [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source', script];
    const { stdout } = spawnSync('unshare', ['--net', ...node], { encoding: 'utf8' });
    const trace = JSON.parse(stdout) as TraceTable;
    const { verdicts } = diagnose(evidence({ trace }), { kind: 'namespace' });
    expect(verdicts).toMatchObject([
      { id: 'simultaneous-close', severity: 'note', count: 1 },
      { id: 'simultaneous-close', severity: 'note', count: 1 },
    ]);
  });
});

describeWith(['tracefs'], 'the trace of farewell why', () => {
  test('is not made with --for 0 or --no-trace', async () => {
    await using leak = await closeWaitLeak(1);
    for (const args of [
      ['--for', '0'],
      ['--no-trace', '--for', '20ms'],
    ]) {
      const { stdout } = await farewell(['why', `:${leak.port}`, '--json', ...args]);
      const { traced, sources } = JSON.parse(stdout) as WhyJson;
      expect({ traced, first: sources[0] }).toEqual({
        traced: null,
        first: 'socket table (sock_diag)',
      });
    }
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('is removed on %s', async (signal, expected) => {
    const child = start(['why', '--for', '60s']);
    const end = finished(child);
    await vi.waitFor(() => expect(instanceOf(child)).toBeDefined(), { timeout: 20_000 });
    child.kill(signal);
    const { status } = await end;
    expect(instanceOf(child)).toBeUndefined();
    expect(status).toBe(expected);
  });

  test('is removed when nobody reads the answers any more', async () => {
    const child = start(['why', '--watch', '--for', '200ms']);
    const end = once(child, 'close');
    await once(child.stdout ?? process, 'data');
    child.stdout?.destroy();
    await end;
    expect(instanceOf(child)).toBeUndefined();
  });

  test('of a run that was killed is removed by the next', async () => {
    const killed = start(['why', '--for', '60s']);
    const end = finished(killed);
    await vi.waitFor(() => expect(instanceOf(killed)).toBeDefined(), { timeout: 20_000 });
    killed.kill('SIGKILL');
    await end;
    await farewell(['why', '--for', '20ms']);
    expect(instanceOf(killed)).toBeUndefined();
  });
});

describeWith(['setpriv', 'tracefs'], 'farewell why as an ordinary user', () => {
  test('says what root would add, and tells what dies with its idle age', async () => {
    await using service = await Service.open();
    const args = ['why', `:${service.port}`, '--json', '--for', '3s'];
    const child = start(args, { wrapper: asNobody });
    const end = finished(child);
    for (let count = 0; count < 20; count += 1) {
      const { client, server } = await service.pair();
      server.end();
      client.end();
      await Promise.all([client, server].map((socket) => closed(socket.resume())));
      await sleep(100);
    }
    const report = JSON.parse((await end).stdout) as WhyJson;
    expect(report.sources[0]).toBe('destroy events');
    const why = report.missing.find(({ fact }) => fact === 'kernel-trace')?.why;
    expect(why).toContain('which process made each TIME-WAIT');
    const server = report.traced?.services.find(({ role }) => role === 'server');
    expect(server?.ended).toBeGreaterThan(0);
    expect(server).toMatchObject({ firstFins: { local: 0, peer: 0 }, resets: [] });
    expect(server?.medianLifetime).toBeLessThan(1000);
  });
});

/** A connection that the server ends when nothing has moved for so long. */
async function cutWhenIdle(service: Service, idleTime: number): Promise<void> {
  const { client, server } = await service.pair();
  client.resume().write('hello');
  await once(server.resume(), 'data');
  await sleep(idleTime);
  server.end();
  await once(client, 'end');
  client.end();
  await closed(server);
}

/** Not `once`, which fails on the `error` that comes before the `close` of a reset. */
function closed(socket: Awaited<ReturnType<Service['pair']>>['client']): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.on('close', () => resolve()).resume();
  });
}

interface Load extends AsyncDisposable {
  /** Resolves when connections are being made. */
  readonly running: Promise<unknown>;
}

/** A process that opens a connection every 25 ms and ends its side at once. */
function startLoad(port: number): Load {
  const script = `
    const { connect } = require('net');
    setInterval(() => connect({ port: ${port}, host: '127.0.0.1', allowHalfOpen: true }, function () {
      this.end('bye');
      console.log('ended');
    }).on('error', () => {}), 25);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  return {
    running: once(child.stdout, 'data'),
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'close');
    },
  };
}
