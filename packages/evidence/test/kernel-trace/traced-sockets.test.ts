import type { SocketRow, SocketState, TracedGroup } from '@farewell/core';
import { describe, expect, it } from 'vitest';
import { KIND_INDEX } from '../../src/kernel-trace/decode-event.ts';
import { EventColumns } from '../../src/kernel-trace/event-columns.ts';
import type { EventKind } from '../../src/kernel-trace/event-layout.ts';
import { TRACE_STATES } from '../../src/kernel-trace/trace-state.ts';
import { TracedSockets, type TracedSocketsOptions } from '../../src/kernel-trace/traced-sockets.ts';

const SOFTIRQ = 0x10;

interface Step {
  readonly kind: EventKind;
  readonly at: number;
  readonly socket?: number;
  readonly from?: SocketState;
  readonly to?: SocketState;
  readonly task?: number;
  readonly detail?: number;
  readonly localPort?: number;
  readonly remotePort?: number;
}

function batchOf(steps: readonly Step[]) {
  const columns = new EventColumns(steps.length);
  for (const [row, step] of steps.entries()) {
    columns.kind[row] = KIND_INDEX[step.kind];
    columns.at[row] = step.at;
    columns.socket[row] = step.socket ?? 1;
    columns.oldState[row] = TRACE_STATES.indexOf(step.from ?? 'unknown');
    columns.tcpState[row] = TRACE_STATES.indexOf(step.to ?? 'unknown');
    columns.taskId[row] = step.task ?? 0;
    columns.contextFlags[row] = step.task === undefined ? SOFTIRQ : 0;
    columns.detail[row] = step.detail ?? -1;
    columns.localPort[row] = step.localPort ?? 8080;
    columns.remotePort[row] = step.remotePort ?? 40_000;
    for (const half of [0, 16]) {
      columns.addresses.setUint32(row * 32 + half + 8, 0xffff);
      columns.addresses.setUint32(row * 32 + half + 12, 0x0a000001);
    }
  }
  const order = Int32Array.from(steps.keys());
  const reasons = new Map([[11, 'TCP_ABORT_ON_CLOSE']]);
  return { columns, order, length: steps.length, caughtUp: true, reasons };
}

/** A server's socket, opened and closed by its own process, and how it went to CLOSED. */
function closedByServer(at: number, ids: Partial<Step> = {}): Step[] {
  const step = (offset: number, rest: Partial<Step>): Step => ({
    kind: 'tcp-state',
    ...ids,
    at: at + offset,
    ...rest,
  });
  return [
    step(0, { from: 'LISTEN', to: 'SYN-RECEIVED' }),
    step(0.1, { from: 'SYN-RECEIVED', to: 'ESTABLISHED' }),
    step(10, { from: 'ESTABLISHED', to: 'FIN-WAIT-1', task: 7 }),
    step(10.1, { from: 'FIN-WAIT-1', to: 'FIN-WAIT-2' }),
    step(10.2, { from: 'FIN-WAIT-2', to: 'CLOSED' }),
    step(10.2, { kind: 'destroy' }),
  ];
}

/** A server's socket whose FIN, after the peer's, was acknowledged. */
function answered(socket: number, at: number): Step[] {
  return [
    { kind: 'tcp-state', socket, at, from: 'LISTEN', to: 'SYN-RECEIVED' },
    { kind: 'tcp-state', socket, at: at + 20, from: 'LAST-ACK', to: 'CLOSED' },
  ];
}

function tracedSockets(options: Partial<TracedSocketsOptions> = {}): TracedSockets {
  return new TracedSockets({
    startedAt: 0,
    unixOffset: 1_000_000,
    processOf: (taskId) => ({ pid: taskId, name: 'node' }),
    missing: [],
    confirmation: 'not-needed',
    ...options,
  });
}

function row(rest: Partial<SocketRow>): SocketRow {
  return {
    family: 4,
    tcpState: 'TIME-WAIT',
    localAddress: '10.0.0.1',
    localPort: 8080,
    remoteAddress: '10.0.0.1',
    remotePort: 40_000,
    receiveQueue: 0,
    sendQueue: 0,
    timer: null,
    inode: 0,
    uid: 0,
    cookie: null,
    tcpInfo: null,
    ...rest,
  };
}

function onlyGroup(sockets: TracedSockets, now: number): TracedGroup {
  const { groups } = sockets.table(now);
  expect(groups).toHaveLength(1);
  const [group] = groups;
  if (!group) throw new Error('no group');
  return group;
}

/** As the kernel filters with `detail: 'lives'`. */
function isOfLives({ kind, from, to, task }: Step): boolean {
  if (kind === 'destroy') return task !== undefined;
  return from !== 'LISTEN' && to !== 'FIN-WAIT-2';
}

describe('traced sockets', () => {
  it('come to the same with only the events that their lives need', () => {
    const lives = [
      ...closedByServer(100),
      ...closedByServer(300, { socket: 2, remotePort: 40_001 }),
      // The kernel uses the address of the first one again.
      ...closedByServer(500, { remotePort: 40_002 }),
    ];
    const [all, few] = [lives, lives.filter(isOfLives)].map((steps) => {
      const sockets = tracedSockets();
      sockets.push(batchOf(steps));
      return { ...onlyGroup(sockets, 600), lifetimes: [] };
    });
    expect(few).toEqual(all);
    expect(few).toMatchObject({ role: 'server', opened: 3, ended: 3 });
  });

  it('sum up a life: who, how long, by whose FIN', () => {
    const sockets = tracedSockets();
    sockets.push(batchOf(closedByServer(100)));
    const group = onlyGroup(sockets, 200);
    expect(group).toMatchObject({
      role: 'server',
      localPort: 8080,
      process: { pid: 7, name: 'node' },
      opened: 1,
      ended: 1,
      firstFins: { local: 1, peer: 0 },
      endings: { unknown: 1, 'time-wait': 0 },
    });
    expect(group.lifetimes).toHaveLength(1);
    expect(group.lifetimes[0]?.from).toBeLessThanOrEqual(10.2);
    expect(sockets.table(200)).toMatchObject({ from: 1_000_000, to: 1_000_200, lostEvents: 0 });
  });

  it.each([
    ['time-wait', row({ tcpState: 'TIME-WAIT' })],
    ['orphan-fin-wait-2', row({ tcpState: 'FIN-WAIT-2', inode: 0 })],
  ] as const)('learn from the next row that it was %s', (ending, next) => {
    const sockets = tracedSockets({ confirmation: 'needed' });
    sockets.push(batchOf(closedByServer(100)));
    sockets.confirm([next], 150);
    expect(onlyGroup(sockets, 9_000).endings[ending]).toBe(1);
    expect(sockets.size).toBe(0);
  });

  it('do not learn from a row that is older than the end, or about other addresses', () => {
    const sockets = tracedSockets();
    sockets.push(batchOf(closedByServer(100)));
    sockets.confirm([row({})], 105);
    sockets.confirm([row({ remoteAddress: '10.0.0.9' })], 150);
    expect(onlyGroup(sockets, 200).endings).toMatchObject({ unknown: 1, 'time-wait': 0 });
  });

  it('count what no row of the target confirms apart', () => {
    const sockets = tracedSockets({ confirmation: 'needed' });
    sockets.push(
      batchOf([...closedByServer(100), ...closedByServer(101, { socket: 2, remotePort: 40_001 })]),
    );
    sockets.confirm([row({ remotePort: 40_001 })], 150);
    expect(sockets.table(200)).toMatchObject({ groups: [{ ended: 1 }], unconfirmed: 1 });
    expect(sockets.table(9_000)).toMatchObject({ groups: [{ ended: 1 }], unconfirmed: 1 });
  });

  it('take a dead socket of the destroy multicast for its idle age', () => {
    const sockets = tracedSockets({ confirmation: 'needed' });
    sockets.push(batchOf(closedByServer(100)));
    const tcpInfo = { lastDataSent: 61_000, lastDataReceived: 60_000 } as SocketRow['tcpInfo'];
    sockets.confirm([row({ tcpState: 'CLOSED', tcpInfo })], 150);
    const [bucket] = onlyGroup(sockets, 200).idleAges;
    expect(bucket?.from).toBeLessThanOrEqual(60_000);
    expect(bucket?.to).toBeGreaterThan(60_000);
    expect(onlyGroup(sockets, 200).endings.unknown).toBe(1);
  });

  it('keep two lives apart that had the same address in the kernel', () => {
    const sockets = tracedSockets();
    const second = closedByServer(120, { remotePort: 40_001 });
    sockets.push(batchOf([...closedByServer(100), ...second]));
    sockets.confirm([row({ remotePort: 40_001 })], 150);
    expect(onlyGroup(sockets, 200)).toMatchObject({
      ended: 2,
      endings: { 'time-wait': 1, unknown: 1 },
    });
  });

  it('count resets by direction and reason, and those without a socket apart', () => {
    const sockets = tracedSockets();
    const steps = closedByServer(100).slice(0, 2);
    sockets.push(
      batchOf([
        ...steps,
        { kind: 'tcp-state', at: 105, from: 'ESTABLISHED', to: 'CLOSED', task: 7 },
        { kind: 'send-reset', at: 105.01, detail: 11, task: 7 },
        { kind: 'destroy', at: 105.02, task: 7 },
        { kind: 'send-reset', at: 106, socket: 0, detail: 1, localPort: 9 },
      ]),
    );
    expect(sockets.table(200)).toMatchObject({
      groups: [
        {
          endings: { 'reset-sent': 1 },
          firstFins: { none: 1 },
          resets: [{ direction: 'sent', reason: 'TCP_ABORT_ON_CLOSE', count: 1 }],
        },
      ],
      looseResets: [{ localPort: 9, reason: 'reason 1', count: 1 }],
    });
  });

  it('conclude nothing from silence about a life in which events were lost', () => {
    const sockets = tracedSockets();
    sockets.push(batchOf([...answered(1, 100).slice(0, 1), { kind: 'lost', at: 110, detail: 5 }]));
    sockets.push(batchOf([...answered(1, 100).slice(1), ...answered(2, 130)]));
    expect(onlyGroup(sockets, 200).endings).toMatchObject({ unknown: 1, closed: 1 });
    expect(sockets.table(200).lostEvents).toBe(5);
    sockets.push(batchOf([{ kind: 'lost', at: 210, detail: -1 }]));
    expect(sockets.table(300).lostEvents).toBeNull();
  });

  it('conclude nothing from silence where the kernel has no such events', () => {
    const sockets = tracedSockets({ missing: ['receive-reset'] });
    sockets.push(
      batchOf([
        { kind: 'tcp-state', at: 1, from: 'LISTEN', to: 'SYN-RECEIVED' },
        { kind: 'tcp-state', at: 2, from: 'LAST-ACK', to: 'CLOSED' },
      ]),
    );
    expect(onlyGroup(sockets, 9).endings).toMatchObject({ unknown: 1, closed: 0 });
  });

  it('count an open socket as opened, and know the role of an older one by the listeners', () => {
    const sockets = tracedSockets();
    sockets.push(
      batchOf([
        ...closedByServer(1).slice(0, 2),
        {
          kind: 'tcp-state',
          at: 5,
          socket: 2,
          from: 'ESTABLISHED',
          to: 'CLOSE-WAIT',
          remotePort: 9,
        },
      ]),
    );
    sockets.confirm([row({ tcpState: 'LISTEN' })], 6);
    expect([...sockets.sockets()].map(({ tcpState }) => tcpState)).toEqual([
      'ESTABLISHED',
      'CLOSE-WAIT',
    ]);
    expect(onlyGroup(sockets, 9)).toMatchObject({ role: 'server', opened: 1, ended: 0 });
  });

  it('stay bounded while 200,000 connections pass', () => {
    const sockets = tracedSockets({ maxSockets: 1_000, settleTime: 50 });
    let most = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const steps = Array.from({ length: 100 }, (_, index) =>
        closedByServer(round, {
          socket: 1 + ((round * 100 + index) % 5_000),
          remotePort: 1 + index,
        }),
      );
      sockets.push(batchOf(steps.flat()));
      most = Math.max(most, sockets.size);
    }
    expect(most).toBeLessThanOrEqual(1_000);
    expect(onlyGroup(sockets, 1e9).ended).toBe(200_000);
    expect(sockets.size).toBe(0);
  });

  it('say how many they could not follow', () => {
    const sockets = tracedSockets({ maxSockets: 10 });
    for (let socket = 1; socket <= 25; socket += 1) {
      sockets.push(batchOf(closedByServer(1, { socket }).slice(0, 2)));
    }
    expect(sockets.size).toBe(10);
    expect(sockets.table(9).untracked).toBe(15);
  });

  it('bound the number of groups', () => {
    const sockets = tracedSockets();
    for (let localPort = 1; localPort <= 1_100; localPort += 1) {
      sockets.push(batchOf(closedByServer(localPort, { localPort })));
    }
    const { groups, ungrouped } = sockets.table(1e6);
    expect([groups.length, ungrouped]).toEqual([1_024, 76]);
  });
});
