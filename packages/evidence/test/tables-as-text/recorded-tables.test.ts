import type { SocketRow, TcpInfo } from '@farewell/core';
import { describe, expect, it } from 'vitest';
import { evidenceIn, fixture, identity, rowBetween, rowsIn } from './fixtures.ts';

const proc = rowsIn(fixture('proc-net-tcp.txt'));
const sameSockets = [
  'ss-5.9-tanoiep.txt',
  'ss-6.1-anp-all-protocols.txt',
  'ss-6.1-tan.txt',
  'ss-6.1-tano-no-header.txt',
  'ss-6.1-tanoie.txt',
  'ss-6.1-tanoiep.txt',
  'ss-6.1-tanoiepmO.txt',
  'ss-6.1-tanp.txt',
  'ss-6.15-tan.txt',
  'ss-6.15-tanoiep.txt',
  'ss-7.3-tan.txt',
  'ss-7.3-tanoiep.txt',
  'net-tools-tanpW.txt',
  'busybox-an.txt',
];
const withDetails = sameSockets.filter((name) => name.includes('tanoie'));

describe('the same sockets through every tool', () => {
  it('are 43 in /proc, and in every tcpState that a socket can be in', () => {
    expect(proc).toHaveLength(43);
    expect([...new Set(proc.map(({ tcpState }) => tcpState))].sort()).toEqual([
      'CLOSE-WAIT',
      'CLOSING',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'LAST-ACK',
      'LISTEN',
      'SYN-RECEIVED',
      'SYN-SENT',
      'TIME-WAIT',
    ]);
  });

  it.each(sameSockets)('%s has the same as /proc, address for address', (name) => {
    const { snapshots } = evidenceIn(fixture(name));
    expect(snapshots).toHaveLength(1);
    expect(snapshots[0]?.problems).toEqual([]);
    expect(identities(snapshots[0]?.rows ?? [])).toEqual(identities(proc));
  });

  it.each(withDetails)('%s has the inodes, users, timers and queues of /proc', (name) => {
    expect(rowsIn(fixture(name)).map(details).sort()).toEqual(proc.map(details).sort());
  });

  it('in SYN-SENT have no ages of segments, which the kernel does not have either', () => {
    const rows = withDetails.flatMap((name) => rowsIn(fixture(name)));
    const waiting = rows.filter(({ tcpState, tcpInfo }) => tcpState === 'SYN-SENT' && tcpInfo);
    expect(waiting).not.toEqual([]);
    const ages = { lastDataSent: null, lastDataReceived: null, lastAckReceived: null };
    for (const { tcpInfo } of waiting) expect(tcpInfo).toMatchObject(ages);
  });

  it('net-tools without -W cuts long IPv6 addresses, which is said, and no row is lost', () => {
    const [table] = evidenceIn(fixture('net-tools-tanpeo.txt')).snapshots;
    const what =
      'an IPv6 address that fills its column and may be cut off (take the table with -W)';
    expect(table?.problems).toEqual([{ what, count: 8, example: '2001:db8:1234:5678:8086' }]);
    expect(table?.rows).toHaveLength(43);
    expect(table?.rows.map(details).sort()).toEqual(proc.map(details).sort());
  });

  it.each(['net-tools-an.txt', 'busybox-an.txt', 'ss-6.1-anp-all-protocols.txt'])(
    '%s lists other sockets too, which are passed over without complaint',
    (name) => {
      const [table] = evidenceIn(fixture(name)).snapshots;
      expect(table?.rows).toHaveLength(43);
      expect(table?.problems.filter(({ what }) => !what.includes('IPv6'))).toEqual([]);
    },
  );
});

describe('the tables of Linux 5.10', () => {
  const older = rowsIn(fixture('proc-net-tcp-linux-5.10.txt'));

  it('show sockets of the same kinds as those of Linux 6.18', () => {
    expect(older.map(kind).sort()).toEqual(proc.map(kind).sort());
  });

  it('agree with each other', () => {
    const ss = rowsIn(fixture('ss-5.9-tanoie-linux-5.10.txt'));
    expect(identities(ss)).toEqual(identities(older));
    expect(ss.map(details).sort()).toEqual(older.map(details).sort());
  });
});

describe('the timers of the recorded tables', () => {
  it.each([...withDetails, 'net-tools-tanpeo.txt', 'proc-net-tcp.txt'])(
    '%s: TIME-WAIT has about 50 s left, keep-alive two hours, the zero window is probed',
    (name) => {
      const rows = rowsIn(fixture(name));
      for (const { tcpState, timer } of rows) {
        if (tcpState !== 'TIME-WAIT') continue;
        expect(timer?.kind).toBe('time-wait');
        expect(timer?.expiresIn).toBeGreaterThan(45_000);
        expect(timer?.expiresIn).toBeLessThan(55_000);
      }
      const keepAlive = rows.find(({ timer }) => timer?.kind === 'keepalive')?.timer;
      expect(keepAlive?.expiresIn).toBeGreaterThanOrEqual(119 * 60_000);
      expect(keepAlive?.expiresIn).toBeLessThan(120 * 60_000);
      const probed = rows.filter(({ timer }) => timer?.kind === 'probe');
      expect(probed.map(({ tcpState }) => tcpState)).toEqual(['FIN-WAIT-1']);
      expect(probed[0]?.timer?.expiresIn).toBeLessThan(7000);
    },
  );

  it('an ss without -o shows no timer, and that is not the same as no timer running', () => {
    expect(rowsIn(fixture('ss-6.1-tan.txt')).every(({ timer }) => timer === null)).toBe(true);
  });
});

describe('the tcp_info of the recorded tables', () => {
  it('tells a peer that does not read by its window of 0, which ss 6.1 leaves out', () => {
    expect(blocked(rowsIn(fixture('ss-6.1-tanoie.txt')))?.sendWindowBytes).toBe(0);
    expect(blocked(rowsIn(fixture('ss-7.3-tanoiep.txt')))?.sendWindowBytes).toBe(0);
  });

  it('does not know the window where ss is too old to print any', () => {
    const rows = rowsIn(fixture('ss-5.9-tanoiep.txt'));
    expect(rows.every(({ tcpInfo }) => (tcpInfo?.sendWindowBytes ?? null) === null)).toBe(true);
    expect(blocked(rows)?.bytesSent).toBeGreaterThan(0);
  });

  it('has what waits for the peer, in bytes, segments and ms', () => {
    const rows = rowsIn(fixture('ss-6.1-tanoie.txt'));
    const info = blocked(rows);
    expect(info?.notSentBytes).toBeGreaterThan(1_000_000);
    expect(info?.rwndLimited).toBeGreaterThan(5000);
    const unanswered = rows.find(
      ({ tcpState, timer }) => tcpState === 'ESTABLISHED' && timer?.kind === 'retransmit',
    );
    expect(unanswered?.tcpInfo?.unackedSegments).toBe(1);
    expect(unanswered?.tcpInfo?.retransmitsTotal).toBeGreaterThan(4);
    expect(unanswered?.tcpInfo?.rto).toBe(6400);
    expect(unanswered?.timer?.tries).toBe(5);
  });

  it('is not given to listeners, TIME-WAIT and SYN-RECEIVED', () => {
    const without = rowsIn(fixture('ss-6.1-tanoie.txt')).filter(({ tcpInfo }) => tcpInfo === null);
    expect([...new Set(without.map(({ tcpState }) => tcpState))].sort()).toEqual([
      'FIN-WAIT-2',
      'LISTEN',
      'SYN-RECEIVED',
      'TIME-WAIT',
    ]);
    expect(without.filter(({ tcpState }) => tcpState === 'FIN-WAIT-2')).toMatchObject([
      { timer: { kind: 'time-wait' } },
      { timer: { kind: 'time-wait' } },
    ]);
  });

  it('leaves the accept queue and its limit in the queues of the row', () => {
    const rows = rowsIn(fixture('ss-6.1-tanoie.txt'));
    expect(rowBetween(rows, 9090, 0)).toMatchObject({ receiveQueue: 2, sendQueue: 1 });
    expect(rowBetween(rows, 8080, 0)).toMatchObject({ receiveQueue: 0, sendQueue: 128 });
    expect(rowBetween(proc, 9090, 0)).toMatchObject({ receiveQueue: 2, sendQueue: null });
  });
});

describe('owners in the recorded tables', () => {
  it('come with inodes where ss prints both, and both holders of a shared listener are named', () => {
    const { owners, snapshots } = evidenceIn(fixture('ss-6.1-tanoiep.txt'));
    const listener = rowBetween(snapshots[0]?.rows ?? [], 8080, 0);
    const pids = owners?.byInode.get(listener.inode ?? 0) ?? [];
    const names = owners?.processes.filter(({ pid }) => pids.includes(pid)).map(({ name }) => name);
    expect(names).toEqual(['child', 'odd "name"']);
    expect(owners?.byRow?.size).toBe(0);
  });

  it.each(['ss-6.1-tanp.txt', 'net-tools-tanpW.txt', 'ss-6.1-anp-all-protocols.txt'])(
    '%s, without inodes, names them by the row',
    (name) => {
      const { owners, snapshots } = evidenceIn(fixture(name));
      const rows = snapshots[0]?.rows ?? [];
      expect(owners?.byInode.size).toBe(0);
      const held = proc.filter(({ inode }) => inode !== 0).map(identity);
      const named = rows.filter((row) => owners?.byRow?.has(row)).map(identity);
      expect(named.filter((row) => !row.includes('LISTEN')).sort()).toEqual(
        held.filter((row) => !row.includes('LISTEN')).sort(),
      );
      expect(named.filter((row) => row.includes('LISTEN'))).toHaveLength(5);
    },
  );

  it('an ss of an ordinary user names none, and says what would', () => {
    const evidence = evidenceIn(fixture('ss-6.1-4tanoep-unprivileged.txt'));
    expect(evidence.owners).toBeNull();
    expect(evidence.missing.find(({ fact }) => fact === 'owners')?.why).toContain('as root');
  });
});

describe('texts with more than a table', () => {
  it('loop.txt has three snapshots, one second apart', () => {
    const { snapshots } = evidenceIn(fixture('loop.txt'));
    expect(snapshots.map(({ rows }) => rows.length)).toEqual([43, 43, 43]);
    const [first, second, third] = snapshots.map(({ at }) => at ?? 0);
    expect((second ?? 0) - (first ?? 0)).toBe(1000);
    expect((third ?? 0) - (second ?? 0)).toBe(1000);
  });

  it('loop-epoch.txt has two, each of tcp and tcp6 together', () => {
    const { snapshots } = evidenceIn(fixture('loop-epoch.txt'));
    expect(snapshots.map(({ rows }) => rows.length)).toEqual([43, 43]);
    expect(snapshots.map(({ at }) => (at ?? 0) % 1000)).toEqual([0, 0]);
    expect(snapshots.map(({ missing }) => missing.map(({ fact }) => fact))).toEqual([
      ['tcp-info', 'queues'],
      ['tcp-info', 'queues'],
    ]);
  });

  it('mixed.txt has settings and counters of the time of its table', () => {
    const evidence = evidenceIn(fixture('mixed.txt'));
    expect(evidence.settings).toMatchObject({
      finTimeout: 60_000,
      portRange: [32_768, 60_999],
      timeWaitReuse: 2,
      somaxconn: 4096,
      keepaliveTime: null,
    });
    const [counters] = evidence.counters;
    expect(counters?.at).toBe(evidence.snapshots[0]?.at);
    expect(counters?.sockets).toEqual({ inUse: 34, orphan: 11, timeWait: 8 });
    expect(counters?.values['TCPTimeWaitOverflow']).toBe(0);
    expect(counters?.values['RetransSegs']).toBeGreaterThan(0);
    expect(evidence.snapshots[0]?.problems).toEqual([]);
  });

  it('nstat.txt has the counters under the names of the kernel', () => {
    const values = evidenceIn(fixture('nstat.txt')).counters[0]?.values ?? {};
    expect(values['TCPTimeWaitOverflow']).toBe(0);
    expect(values['RetransSegs']).toBeGreaterThan(0);
  });
});

function identities(rows: readonly SocketRow[]): readonly string[] {
  return rows.map(identity).sort();
}

/** What does not depend on which ports were free, nor on which TIME-WAIT is whose. */
function kind({ family, tcpState, localAddress, remoteAddress, timer }: SocketRow): string {
  return [family, tcpState, localAddress, remoteAddress, timer?.kind].join(' ');
}

/** What a socket at rest keeps. A SYN-RECEIVED's tries count differently in /proc and in sock_diag. */
function details(row: SocketRow): string {
  const { localPort, remotePort, tcpState, inode, uid, receiveQueue, sendQueue, timer } = row;
  const tries = tcpState === 'SYN-RECEIVED' ? 0 : timer?.tries;
  const limit = tcpState === 'LISTEN' ? null : sendQueue;
  return [
    localPort,
    remotePort,
    tcpState,
    inode,
    uid,
    receiveQueue,
    limit,
    timer?.kind,
    tries,
  ].join(' ');
}

/** The info of the socket whose peer does not read. */
function blocked(rows: readonly SocketRow[]): TcpInfo | null | undefined {
  return rows.find(({ timer }) => timer?.kind === 'probe')?.tcpInfo;
}
