import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { TRACE_EVENTS } from '../../src/kernel-trace/event-layout.ts';
import type { KernelEvent } from '../../src/kernel-trace/kernel-event.ts';
import { openKernelTrace } from '../../src/kernel-trace/read-kernel-trace.ts';
import {
  bothClosed,
  groupOf,
  Listener,
  nodeArguments,
  pathOf,
  rowOf,
  type Traced,
  traceWhile,
  until,
} from './live.ts';
import { mute, unmute } from './mute.ts';
import { eventFromText, type TextEvent, textOf } from './trace-text.ts';

const TRACEFS = '/sys/kernel/tracing';
const SERVER_OPENED = ['LISTEN>SYN-RECEIVED', 'SYN-RECEIVED>ESTABLISHED'];

describeWith(['tracefs'], 'the kernel trace of a real socket', () => {
  it('shows who closed first, and proves TIME-WAIT while the process still has the socket', async () => {
    await using listener = await Listener.open();
    const { events, table } = await traceWhile(listener.port, async () => {
      const { client, server } = await listener.pair();
      server.end();
      await once(client.resume(), 'end');
      client.end();
      await bothClosed(client, server);
    });
    expect(pathOf(events, listener.port)).toEqual([
      ...SERVER_OPENED,
      'ESTABLISHED>FIN-WAIT-1',
      'FIN-WAIT-1>FIN-WAIT-2',
      'FIN-WAIT-2>CLOSED',
      'destroy',
    ]);
    const us = { process: { pid: process.pid }, opened: 1, ended: 1 };
    expect(groupOf(table.groups, 'server')).toMatchObject({
      ...us,
      firstFins: { local: 1 },
      endings: { 'time-wait': 1 },
    });
    expect(groupOf(table.groups, 'client')).toMatchObject({
      ...us,
      firstFins: { peer: 1 },
      endings: { closed: 1 },
    });
  });

  it('sums up the same from fewer events, where only lives are wanted', async () => {
    await using listener = await Listener.open();
    const closings = async () => {
      for (const first of ['client', 'server'] as const) {
        const pair = await listener.pair();
        const second = pair[first === 'client' ? 'server' : 'client'];
        pair[first].end();
        await once(second.resume(), 'end');
        second.end();
        await bothClosed(pair.client, pair.server);
      }
    };
    const all = await traceWhile(listener.port, closings);
    const few = await traceWhile(listener.port, closings, { detail: 'lives' });
    // Of each connection the start of the server's socket, and the step to FIN-WAIT-2.
    expect(few.events.length).toBeLessThanOrEqual(all.events.length - 4);
    for (const role of ['client', 'server'] as const) {
      const { lifetimes: _, endedOver, ...sum } = groupOf(few.table.groups, role);
      expect(groupOf(all.table.groups, role)).toMatchObject(sum);
      expect(sum).toMatchObject({ opened: 2, ended: 2, endings: { 'time-wait': 1, closed: 1 } });
      expect(endedOver).toBeGreaterThan(0);
    }
  });

  it('shows a passive close', async () => {
    await using listener = await Listener.open();
    const { events, table } = await traceWhile(listener.port, async () => {
      const { client, server } = await listener.pair();
      client.end();
      await once(server.resume(), 'end');
      server.end();
      await bothClosed(client, server);
    });
    expect(pathOf(events, listener.port)).toEqual([
      ...SERVER_OPENED,
      'ESTABLISHED>CLOSE-WAIT',
      'CLOSE-WAIT>LAST-ACK',
      'LAST-ACK>CLOSED',
      'destroy',
    ]);
    expect(groupOf(table.groups, 'server')).toMatchObject({
      firstFins: { peer: 1 },
      endings: { closed: 1 },
    });
  });

  it('shows an RST in both directions', async () => {
    await using listener = await Listener.open();
    const { table } = await traceWhile(listener.port, async () => {
      for (const resetter of ['client', 'server'] as const) {
        const pair = await listener.pair();
        pair[resetter].resetAndDestroy();
        await bothClosed(pair.client, pair.server);
      }
    });
    for (const role of ['client', 'server'] as const) {
      expect(groupOf(table.groups, role)).toMatchObject({
        ended: 2,
        endings: { 'reset-sent': 1, 'reset-received': 1 },
        firstFins: { none: 2 },
      });
    }
  });

  it('has the kernel say that unread data made a close an RST', async () => {
    await using listener = await Listener.open();
    const { table } = await traceWhile(listener.port, async () => {
      const { client, server } = await listener.pair();
      client.write(Buffer.alloc(1_000_000));
      // Node reads ahead a little and then stops; the rest is the kernel's to throw away.
      await until(() => server.isPaused() || server.readableLength >= server.readableHighWaterMark);
      await until(() => (rowOf(listener.port)?.receiveQueue ?? 0) > 0);
      server.destroy();
      await bothClosed(client, server);
    });
    expect(groupOf(table.groups, 'server').resets).toEqual([
      { direction: 'sent', reason: 'TCP_ABORT_ON_CLOSE', count: 1 },
    ]);
  });

  it('counts retransmissions to a peer that has vanished', async () => {
    await using listener = await Listener.open();
    const { table } = await traceWhile(listener.port, async (seen) => {
      const { client, server } = await listener.pair();
      mute(server);
      client.write('is anybody there?');
      await seen((event) => event.kind === 'retransmit' && event.localPort === client.localPort);
      unmute(server);
      client.end();
      await once(server.resume(), 'end');
      server.end();
      await bothClosed(client, server);
    });
    expect(groupOf(table.groups, 'client').retransmits).toBeGreaterThanOrEqual(1);
    expect(groupOf(table.groups, 'server').retransmits).toBe(0);
  });

  describeWith(['tbf'], 'on a slow link', () => {
    it('shows that both FINs crossed where the network held both back', async () => {
      const { stdout, status } = spawnSync(
        'unshare',
        ['--net', ...nodeArguments('crossing-fins.ts')],
        {
          encoding: 'utf8',
          timeout: 60_000,
        },
      );
      expect({ status, table: JSON.parse(stdout) }).toMatchObject({
        status: 0,
        table: {
          groups: [
            { ended: 1, firstFins: { crossed: 1 } },
            { ended: 1, firstFins: { crossed: 1 } },
          ],
        },
      });
    });
  });

  it('names a process that ended with its sockets open', async () => {
    await using listener = await Listener.open();
    let pid: number | undefined;
    const { table } = await traceWhile(listener.port, async (seen) => {
      const accepted = once(listener.server, 'connection') as Promise<[Socket]>;
      const connectAndExit = `require('net').connect(${listener.port}, '127.0.0.1', () => process.exit())`;
      const child = spawn(process.execPath, ['-e', connectAndExit], { stdio: 'ignore' });
      pid = child.pid;
      const [server] = await accepted;
      await once(server.resume(), 'end');
      server.destroy();
      await seen((event) => event.kind === 'destroy' && event.localPort === listener.port);
    });
    expect(groupOf(table.groups, 'client')).toMatchObject({
      process: { pid, name: 'node' },
      firstFins: { local: 1 },
    });
  });

  it('agrees with what the kernel prints of the same events', async () => {
    await using listener = await Listener.open();
    using printer = new TextTrace();
    const { events } = await traceWhile(listener.port, async () => {
      for (const act of ['end', 'destroy', 'resetAndDestroy'] as const) {
        const { client, server } = await listener.pair();
        server[act]();
        client.end();
        await bothClosed(client, server);
      }
    });
    const printed = printer
      .lines()
      .map(eventFromText)
      .filter((event) => event !== null)
      .filter(({ localPort, remotePort }) => [localPort, remotePort].includes(`${listener.port}`));
    expect(printed.length).toBeGreaterThan(20);
    expect(byEnd(events.map(textOf))).toEqual(byEnd(printed));
  });

  it('tells how many events were overwritten before they were read', async () => {
    await using listener = await Listener.open();
    await using trace = openKernelTrace({ ports: [listener.port], bufferBytes: 4_096 });
    for (let connections = 0; connections < 100; connections += 1) {
      const { client, server } = await listener.pair();
      client.resetAndDestroy();
      await bothClosed(client, server);
    }
    trace.stop();
    const events: KernelEvent[] = [];
    for await (const event of trace) events.push(event);
    const told = events.filter((event) => event.kind === 'lost');
    expect(told.length).toBeGreaterThan(0);
    expect(trace.counts.lostEvents + trace.counts.lostUncounted).toBeGreaterThan(0);
    if (trace.counts.lostUncounted > 0) return;
    // Ten events a connection at least: some of other sockets count among the lost as well.
    const all = events.length - told.length + trace.counts.lostEvents;
    expect(all).toBeGreaterThanOrEqual(100 * 10);
  });

  it('ends at once when it is disposed of, and by its signal', async () => {
    const trace = openKernelTrace({ ports: [1] });
    const events = trace[Symbol.asyncIterator]();
    const next = events.next();
    await trace[Symbol.asyncDispose]();
    expect(await next).toEqual({ done: true, value: undefined });

    const stop = new AbortController();
    await using signalled = openKernelTrace({ ports: [1], signal: stop.signal });
    const ended = signalled[Symbol.asyncIterator]().next();
    stop.abort();
    expect(await ended).toMatchObject({ done: true });
  });

  it('does not disturb a second one', async () => {
    await using listener = await Listener.open();
    let inner: Traced | undefined;
    const outer = await traceWhile(listener.port, async () => {
      inner = await traceWhile(listener.port, async () => {
        const { client, server } = await listener.pair();
        client.resetAndDestroy();
        await bothClosed(client, server);
      });
    });
    expect(outer.events.length).toBeGreaterThan(5);
    expect(byEnd((inner?.events ?? []).map(textOf))).toEqual(byEnd(outer.events.map(textOf)));
  });
});

describe('the options of a trace', () => {
  it('are checked, with what was expected', () => {
    expect(() => openKernelTrace({ ports: [0] })).toThrow(
      'Expected `ports` to be whole numbers from 1 to 65535, got `0`',
    );
    expect(() => openKernelTrace({ bufferBytes: Number.NaN })).toThrow(
      'Expected `bufferBytes` to be a finite number > 0, got `NaN`',
    );
  });
});

/** A second reader: an instance of its own whose events the kernel prints. */
class TextTrace implements Disposable {
  readonly #directory = `${TRACEFS}/instances/text-${process.pid}`;

  constructor() {
    mkdirSync(this.#directory);
    writeFileSync(`${this.#directory}/trace_clock`, 'mono');
    for (const { path } of TRACE_EVENTS) {
      writeFileSync(`${this.#directory}/events/${path}/enable`, '1');
    }
  }

  lines(): string[] {
    writeFileSync(`${this.#directory}/tracing_on`, '0');
    return readFileSync(`${this.#directory}/trace`, 'utf8').split('\n');
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#directory);
  }
}

/**
 * What happened to each end, in order. Each instance takes the time of an event for itself, so times
 * differ by microseconds, and with them the order across CPUs.
 */
function byEnd(events: readonly TextEvent[]): TextEvent[] {
  const sorted = events.toSorted((a, b) => Number(a['localPort']) - Number(b['localPort']));
  return sorted.map((event) => ({ ...event, at: '' }));
}
