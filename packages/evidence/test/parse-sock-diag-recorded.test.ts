/** The sock_diag decoder on dumps of older kernels, checked against what /proc/net/tcp said just after. */
import type { SocketRow } from '@farewell/core';
import { describe, expect, test } from 'vitest';
import { parseSockDiag } from '../src/parse-sock-diag.ts';
import { parseProcNetTcp } from '../src/tables-as-text/parse-proc-net-tcp.ts';
import { recordedInVm } from './support/datagrams.ts';

describe.each(['5.10', '6.1'] as const)('a dump recorded on Linux %s', (kernel) => {
  const { datagrams, procNetTcp, procNetTcp6 } = recordedInVm(kernel);
  const { rows, problems } = parseSockDiag(datagrams);
  const texts = [parseProcNetTcp(procNetTcp, 4), parseProcNetTcp(procNetTcp6, 6)];
  const textRows = texts.flatMap((text) => text.rows);

  test('has sockets in every state that was made, and no problem', () => {
    expect([problems, ...texts.map((text) => text.problems)]).toEqual([[], [], []]);
    expect(rows).toHaveLength(28);
    const made =
      'LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT LAST-ACK TIME-WAIT';
    expect(new Set(rows.map((row) => row.tcpState))).toEqual(new Set(made.split(' ')));
    expect(new Set(rows.map((row) => row.uid))).toEqual(new Set([0, 1000]));
    expect(new Set(rows.map((row) => row.cookie)).size).toBe(rows.length);
  });

  test('shows the sockets of /proc/net/tcp, with the same owner, queues and timer', () => {
    expect(comparable(rows)).toEqual(comparable(textRows));
  });

  test('shows timers as /proc/net/tcp did a moment later', () => {
    for (const row of rows) {
      const later = textRows.find((text) => identity(text) === identity(row))?.timer?.expiresIn;
      // The later reading, in units of 10 ms, came within a few of them.
      expect(row.timer?.expiresIn).toBeGreaterThanOrEqual(later ?? Number.NaN);
      expect(row.timer?.expiresIn).toBeLessThan((later ?? Number.NaN) + 50);
    }
  });

  test('has tcp_info of every socket that is more than a listener or a small socket', () => {
    const without = rows.filter((row) => row.tcpInfo === null);
    expect(new Set(without.map((row) => row.tcpState))).toEqual(
      new Set(['LISTEN', 'SYN-RECEIVED', 'FIN-WAIT-2', 'TIME-WAIT']),
    );
    const small = without.filter((row) => row.tcpState === 'FIN-WAIT-2');
    expect(small).toMatchObject([{ inode: 0, timer: { kind: 'time-wait' } }]);
  });

  test('knows every field of tcp_info, for none came after Linux 5.4', () => {
    for (const { tcpInfo, tcpState } of rows) {
      if (tcpInfo === null || tcpState === 'SYN-SENT') continue;
      expect(Object.values(JSON.parse(JSON.stringify(tcpInfo)))).not.toContain(null);
      for (const age of [tcpInfo.lastDataSent, tcpInfo.lastDataReceived, tcpInfo.lastAckReceived])
        expect(age).toBeLessThan(10_000); // the machine lived for less
      expect(tcpInfo.rtt).toBeLessThan(100);
      expect(tcpInfo.rto).toBeGreaterThanOrEqual(200);
      expect(tcpInfo.rto).toBeLessThan(1000);
    }
  });

  test('says of a SYN that was not answered neither a round trip nor when it heard or sent data', () => {
    const silent = { rtt: null, lastDataSent: null, lastDataReceived: null, lastAckReceived: null };
    expect(rows.filter((row) => row.tcpState === 'SYN-SENT')).toMatchObject([
      { tcpInfo: { ...silent, rto: 2000, unackedSegments: 1, retransmitsTotal: 1, bytesSent: 0 } },
    ]);
  });

  test('counts at one end the bytes that left the other, and a FIN that arrived as one more', () => {
    const received = bothEnds(rows).map(([row, peer]) => {
      const finArrived = peer.tcpState === 'CLOSE-WAIT' || peer.tcpState === 'LAST-ACK';
      expect(peer.tcpInfo?.bytesReceived).toBe((row.tcpInfo?.bytesSent ?? 0) + Number(finArrived));
      return peer.tcpInfo?.bytesReceived;
    });
    expect(new Set(received)).toEqual(new Set([0, 1, 4, 12, 8192]));
  });

  test('shows how a client sent 12 bytes that are acknowledged but not read, and got 4', () => {
    const keptAlive = rows.filter((row) => row.timer?.kind === 'keepalive');
    const sent = { bytesSent: 12, bytesAcked: 13, bytesReceived: 4 }; // the SYN is acknowledged too
    const window = { sendWindowBytes: 8192 - 12, rwndLimited: 0, notSentBytes: 0 };
    expect(keptAlive).toMatchObject([{ tcpState: 'ESTABLISHED', tcpInfo: { ...sent, ...window } }]);
  });

  test('shows a closed window, what waits for it, and for how long', () => {
    const blocked = rows.filter((row) => row.timer?.kind === 'probe');
    expect(blocked.map((row) => row.tcpState).sort()).toEqual(['FIN-WAIT-1', 'LAST-ACK']);
    for (const { sendQueue, tcpInfo } of blocked) {
      expect(sendQueue).toBeGreaterThan(8192);
      expect(tcpInfo).toMatchObject({ sendWindowBytes: 0, notSentBytes: sendQueue });
      expect(tcpInfo?.rwndLimited).toBeGreaterThan(1000);
      expect(tcpInfo?.rwndLimited).toBeLessThan(10_000);
    }
  });
});

/** What both sources tell of a socket, in one order. */
function comparable(rows: readonly SocketRow[]): unknown[] {
  const told = rows.map((row) => ({
    identity: identity(row),
    inode: row.inode,
    uid: row.uid,
    receiveQueue: row.receiveQueue,
    sendQueue: row.tcpState === 'LISTEN' ? null : row.sendQueue, // /proc/net/tcp lacks the limit
    timer: row.timer?.kind,
    // Of a SYN-ACK one source counts the timeouts, the other what was sent again.
    tries: row.tcpState === 'SYN-RECEIVED' ? null : row.timer?.tries,
  }));
  return told.sort((a, b) => (a.identity < b.identity ? -1 : 1));
}

function identity(row: SocketRow): string {
  const { family, tcpState, localAddress, localPort, remoteAddress, remotePort } = row;
  return [family, localAddress, localPort, remoteAddress, remotePort, tcpState].join(' ');
}

/** Each connection with tcp_info at both ends, once from either end. */
function bothEnds(rows: readonly SocketRow[]): [SocketRow, SocketRow][] {
  const full = rows.filter((row) => row.tcpInfo !== null);
  return full.flatMap((row): [SocketRow, SocketRow][] => {
    const peer = full.find(
      (other) => other.localPort === row.remotePort && other.remotePort === row.localPort,
    );
    return peer === undefined ? [] : [[row, peer]];
  });
}
