import type { SocketRow } from '@farewell/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answered,
  batchOf,
  closedByServer,
  onlyGroup,
  row,
  type Step,
  tracedSockets,
  vanished,
} from './steps.ts';

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

  it('do not take the RST of a listener that got the number of an ended socket for that socket’s', () => {
    const sockets = tracedSockets();
    sockets.push(batchOf(answered(1, 100)));
    const listener = { socket: 1, localPort: 38_623, remotePort: 0, remoteAddress: 0 };
    sockets.push(batchOf([{ kind: 'send-reset', at: 140, to: 'LISTEN', detail: 6, ...listener }]));
    expect(onlyGroup(sockets, 200)).toMatchObject({
      ended: 1,
      endings: { closed: 1, 'reset-sent': 0 },
      resets: [],
    });
  });

  it('are not touched by whoever gets their number in the kernel and is not followed', () => {
    const lives = [...closedByServer(100), ...answered(2, 100), ...vanished(3, 100)];
    const groupsWith = (others: readonly Step[]) => {
      const sockets = tracedSockets();
      sockets.push(batchOf([...lives, ...others]));
      return sockets.table(300).groups;
    };
    const stranger = fc.record({
      kind: fc.constantFrom('send-reset', 'destroy'),
      at: fc.integer({ min: 130, max: 200 }),
      socket: fc.integer({ min: 1, max: 3 }),
      task: fc.constantFrom(undefined, 9),
      // Of another port, or of the same one in another network namespace.
      ends: fc.constantFrom(
        { localPort: 38_623, remotePort: 0, remoteAddress: 0 },
        { localPort: 8080, remotePort: 0, remoteAddress: 0 },
        { localPort: 38_623, remotePort: 0 },
        { localPort: 40_000, remotePort: 8080 },
      ),
    });
    fc.assert(
      fc.property(fc.array(stranger, { maxLength: 5 }), (strangers) => {
        const others = strangers.map(
          ({ ends, task, ...rest }): Step => ({
            ...rest,
            ...ends,
            ...(task === undefined ? {} : { task }),
          }),
        );
        expect(groupsWith(others)).toEqual(groupsWith([]));
      }),
    );
  });

  it('are given back by the process that reset them, without their remote port', () => {
    const sockets = tracedSockets();
    sockets.push(
      batchOf([...vanished(1, 100), { kind: 'destroy', at: 130, task: 7, remotePort: 0 }]),
    );
    expect(onlyGroup(sockets, 200).process).toEqual({ pid: 7, name: 'node' });
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
