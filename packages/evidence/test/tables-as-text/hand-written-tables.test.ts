import { describe, expect, it } from 'vitest';
import { evidenceIn, fixture, identity, rowBetween } from './fixtures.ts';

describe('netstat of macOS and FreeBSD', () => {
  it('macos-13-an.txt: dots before ports, all states, families by the protocol', () => {
    const evidence = evidenceIn(fixture('macos-13-an.txt'));
    const rows = evidence.snapshots[0]?.rows ?? [];
    expect(evidence.platform).toBe('macos');
    expect(rows.map(({ tcpState }) => tcpState)).toEqual([
      'ESTABLISHED',
      'CLOSE-WAIT',
      'ESTABLISHED',
      'ESTABLISHED',
      'LISTEN',
      'LISTEN',
      'LISTEN',
      'TIME-WAIT',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'SYN-SENT',
      'SYN-RECEIVED',
      'LAST-ACK',
      'CLOSING',
      'CLOSED',
    ]);
    expect(rowBetween(rows, 8080, 0)).toMatchObject({ family: 6, localAddress: '::' });
    expect(rowBetween(rows, 1024, 49_152)).toMatchObject({ family: 6, localAddress: 'fe80::1' });
    expect(rowBetween(rows, 52_345, 443).localAddress).toBe('2001:db8:8109:b6…');
    expect(rowBetween(rows, 8080, 58_090)).toMatchObject({ family: 4, remoteAddress: '127.0.0.1' });
  });

  it('macos-10.14-vn.txt and macos-14-anv.txt: processes by the row, names with blanks', () => {
    const older = evidenceIn(fixture('macos-10.14-vn.txt'));
    expect(older.owners?.processes.map(({ pid }) => pid)).toEqual([9811]);
    const newer = evidenceIn(fixture('macos-14-anv.txt'));
    expect(newer.owners?.processes.map(({ pid, name }) => [pid, name])).toEqual([
      [1, 'launchd'],
      [113, 'Code Helper (Plu'],
    ]);
    const waiting = rowBetween(newer.snapshots[0]?.rows ?? [], 50_823, 50_901);
    expect(newer.owners?.byRow?.get(waiting)).toEqual([113]);
  });

  it('freebsd-an.txt: read all the same, on an unknown platform', () => {
    const evidence = evidenceIn(fixture('freebsd-an.txt'));
    expect(evidence.platform).toBe('unknown');
    expect(evidence.snapshots[0]?.rows.map(identity)).toEqual([
      '4 ESTABLISHED 192.0.2.10 22 198.51.100.7 50221',
      '4 FIN-WAIT-2 192.0.2.10 8080 198.51.100.7 50222',
      '4 TIME-WAIT 192.0.2.10 8080 198.51.100.7 50223',
      '4 LISTEN 0.0.0.0 22 0.0.0.0 0',
      '6 LISTEN :: 22 :: 0',
    ]);
  });
});

describe('an ss of 2014', () => {
  it('prints IPv6 without brackets, `*` for IPv4, and processes without their keys', () => {
    const evidence = evidenceIn(fixture('ss-3.16-tanp.txt'));
    const rows = evidence.snapshots[0]?.rows ?? [];
    expect(rows.map(identity)).toEqual([
      '6 LISTEN :: 22 :: 0',
      '4 LISTEN 0.0.0.0 22 0.0.0.0 0',
      '4 ESTABLISHED 192.0.2.10 22 198.51.100.7 50221',
      '6 CLOSE-WAIT 192.0.2.10 8080 198.51.100.7 50222',
      '4 TIME-WAIT 192.0.2.10 8080 198.51.100.7 50223',
    ]);
    expect(rows.map((row) => evidence.owners?.byRow?.get(row))).toEqual([
      [1234],
      [1234],
      [2345],
      [42],
      undefined,
    ]);
  });
});
