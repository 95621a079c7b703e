import type { SocketRow, SocketTable } from '@farewell/core';
import { describe, expect, it } from 'vitest';
import { SocketDeaths } from '../../src/kernel-trace/socket-deaths.ts';

describe('the deaths of sockets that an ordinary user sees', () => {
  it('are summed up by service, with lives from the looks around them', () => {
    const deaths = new SocketDeaths(table([listener, row({ cookie: 'old' })]), 1000);
    deaths.look(table([listener, row({ cookie: 'old' }), row({ cookie: 'new' })]), 2000);
    const dead = { tcpState: 'CLOSED', tcpInfo: info({}) } as const;
    deaths.push([row({ ...dead, cookie: 'old' }), row({ ...dead, cookie: 'new' })], 2500, false);
    deaths.push([row({ ...dead, cookie: 'never seen' })], 2600, false);
    const [group] = deaths.table(3000).groups;
    expect(group).toMatchObject({
      role: 'server',
      localPort: 8080,
      opened: 2,
      ended: 3,
      endings: { unknown: 3 },
      endedOver: 100,
    });
    // Born after the first look, dead at 2500; and born after the last look.
    expect(
      group?.lifetimes.map(({ from, to }) => [from <= 600, to > 600, from <= 1500 && to > 1500]),
    ).toEqual([
      [true, true, false],
      [false, true, true],
    ]);
  });

  it('tell how long no data had moved', () => {
    const deaths = new SocketDeaths(table([listener]), 0);
    const tcpInfo = info({ lastDataSent: 60_000, lastDataReceived: 90_000 });
    deaths.push([row({ tcpState: 'CLOSED', tcpInfo })], 100, false);
    const [age] = deaths.table(200).groups[0]?.idleAges ?? [];
    expect(age?.from).toBeLessThanOrEqual(60_000);
    expect(age?.to).toBeGreaterThan(60_000);
  });

  it('tell an attempt that was refused from a connection', () => {
    const deaths = new SocketDeaths(table([]), 0);
    const refused = { tcpState: 'CLOSED', remotePort: 443 } as const;
    deaths.push(
      [row({ ...refused, tcpInfo: info({ bytesAcked: 0, bytesReceived: 0 }) })],
      1,
      false,
    );
    deaths.push([row({ ...refused, tcpInfo: info({ bytesAcked: 1 }) })], 2, false);
    expect(deaths.table(3).groups).toMatchObject([
      { role: 'client', remotePort: 443, ended: 2, endings: { 'never-opened': 1, unknown: 1 } },
    ]);
  });

  it('do not hide that messages were lost', () => {
    const deaths = new SocketDeaths(table([]), 0);
    expect(deaths.table(1).lostEvents).toBe(0);
    deaths.push([], 1, true);
    expect(deaths.table(2).lostEvents).toBeNull();
  });
});

function table(rows: readonly SocketRow[]): SocketTable {
  return { source: 'sock-diag', at: 0, rows, problems: [], missing: [] };
}

function row(facts: Partial<SocketRow>): SocketRow {
  return {
    family: 4,
    tcpState: 'ESTABLISHED',
    localAddress: '10.0.0.1',
    localPort: 8080,
    remoteAddress: '10.0.0.7',
    remotePort: 40_000,
    receiveQueue: 0,
    sendQueue: 0,
    timer: null,
    inode: 1,
    uid: 0,
    cookie: null,
    tcpInfo: null,
    ...facts,
  };
}

const listener = row({ tcpState: 'LISTEN', remotePort: 0, cookie: 'listener' });

function info(
  facts: Partial<NonNullable<SocketRow['tcpInfo']>>,
): NonNullable<SocketRow['tcpInfo']> {
  return {
    rtt: null,
    rto: null,
    lastDataSent: 0,
    lastDataReceived: 0,
    lastAckReceived: 0,
    unackedSegments: 0,
    retransmitsTotal: 0,
    bytesSent: 0,
    bytesAcked: 1,
    bytesReceived: 1,
    notSentBytes: 0,
    sendWindowBytes: 0,
    rwndLimited: 0,
    ...facts,
  };
}
