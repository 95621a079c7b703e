import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCounters } from '../src/parse-counters.ts';

const none = { netstat: null, snmp: null, sockstat: null, sockstat6: null };

describe('counters', () => {
  test('are pairs of lines, and only those of TCP are taken', () => {
    const netstat =
      'TcpExt: SyncookiesSent TCPTimeWaitOverflow\nTcpExt: 0 7\nIpExt: InNoRoutes\nIpExt: 3\n';
    const snmp = 'Ip: Forwarding\nIp: 1\nTcp: MaxConn ActiveOpens\nTcp: -1 42\n';
    const values = { SyncookiesSent: 0, TCPTimeWaitOverflow: 7, MaxConn: -1, ActiveOpens: 42 };
    expect(parseCounters({ ...none, netstat, snmp })).toEqual({ values, sockets: null });
  });

  test('of sockets in use add up both families', () => {
    const sockstat = 'sockets: used 290\nTCP: inuse 5 orphan 1 tw 2 alloc 9 mem 1\n';
    const sockstat6 = 'TCP6: inuse 4\n';
    expect(parseCounters({ ...none, sockstat, sockstat6 }).sockets).toEqual({
      inUse: 9,
      orphan: 1,
      timeWait: 2,
    });
  });

  test('that are cut are left out', () => {
    const netstat = 'TcpExt: ListenOverflows ListenDrops\nTcpExt: 5';
    expect(parseCounters({ ...none, netstat }).values).toEqual({ ListenOverflows: 5 });
    expect(parseCounters({ ...none, sockstat: 'TCP: inuse 5 orphan' }).sockets).toBeNull();
  });

  test('of any text neither throw nor hold anything but finite numbers', () => {
    const text = fc.option(
      fc.string().map((words) => `TcpExt: a b\nTcpExt: ${words}\nTCP: ${words}`),
    );
    const texts = fc.record({ netstat: text, snmp: text, sockstat: text, sockstat6: text });
    fc.assert(
      fc.property(texts, (some) => {
        expect(Object.values(parseCounters(some).values).every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
