import type { SocketRow, SocketState } from '@farewell/core';
import { describe, expect, it } from 'vitest';
import {
  commonState,
  countStates,
  describeRows,
  findEnds,
  withoutStrangers,
} from '../../src/stage/ends.ts';

function row(localPort: number, remotePort: number, tcpState: SocketState): SocketRow {
  return {
    family: 4,
    tcpState,
    localAddress: '127.0.0.1',
    localPort,
    remoteAddress: '127.0.0.1',
    remotePort,
    receiveQueue: 0,
    sendQueue: 0,
    timer: null,
    inode: 1,
    uid: 0,
    cookie: null,
    tcpInfo: null,
  };
}

describe('the two ends in a table', () => {
  it('are found by both ports: a stranger on the same port is no end', () => {
    const rows = [
      row(8080, 0, 'LISTEN'),
      row(8080, 40_000, 'CLOSE-WAIT'),
      row(40_000, 8080, 'FIN-WAIT-2'),
      row(50_000, 8080, 'ESTABLISHED'),
      row(8080, 50_000, 'ESTABLISHED'),
    ];
    const clientPorts = new Set([40_000]);
    const ends = findEnds(rows, { frontPort: 8080, serverPort: 8080, clientPorts });
    expect(ends.client.map((r) => r.tcpState)).toEqual(['FIN-WAIT-2']);
    expect(ends.server.map((r) => r.tcpState)).toEqual(['CLOSE-WAIT']);
  });

  it('are all that a table has at their port when the strangers are taken out', () => {
    const listener = row(8080, 0, 'LISTEN');
    const ours = [row(8080, 40_000, 'CLOSE-WAIT'), row(40_000, 8080, 'FIN-WAIT-2')];
    const leftBehind = [row(50_000, 8080, 'TIME-WAIT'), row(8080, 50_001, 'TIME-WAIT')];
    const elsewhere = [row(50_000, 443, 'ESTABLISHED'), row(40_000, 443, 'TIME-WAIT')];
    const rows = [listener, ...leftBehind, ...ours, ...elsewhere];
    const table = { source: 'sock-diag', at: 1, rows, problems: [], missing: [] } as const;
    const clientPorts = new Set([40_000]);
    const { rows: left } = withoutStrangers(table, {
      frontPort: 8080,
      serverPort: 8080,
      clientPorts,
    });
    expect(left).toEqual([listener, ...ours, ...elsewhere]);
  });

  it('are at the two outer ends when there is a middlebox, whatever ports it uses itself', () => {
    const rows = [
      row(40_000, 8081, 'ESTABLISHED'),
      row(8081, 40_000, 'FIN-WAIT-1'),
      row(41_000, 8080, 'FIN-WAIT-2'),
      row(8080, 41_000, 'CLOSE-WAIT'),
    ];
    const clientPorts = new Set([40_000]);
    const ends = findEnds(rows, { frontPort: 8081, serverPort: 8080, clientPorts });
    expect(ends.client.map((r) => r.tcpState)).toEqual(['ESTABLISHED']);
    expect(ends.server.map((r) => r.tcpState)).toEqual(['CLOSE-WAIT']);
  });

  it('have the state that all their sockets have', () => {
    const rows = [row(1, 2, 'TIME-WAIT'), row(3, 2, 'TIME-WAIT')];
    expect(commonState(rows, 2)).toBe('TIME-WAIT');
    expect(commonState([], 2)).toBe('CLOSED');
  });

  it('are unknown when the sockets differ, or when only some are gone', () => {
    const rows = [row(1, 2, 'TIME-WAIT'), row(3, 2, 'FIN-WAIT-2')];
    expect(commonState(rows, 2)).toBe('unknown');
    expect(commonState(rows.slice(1), 2)).toBe('unknown');
  });

  it('are counted by state', () => {
    const rows = [row(1, 2, 'TIME-WAIT'), row(3, 2, 'FIN-WAIT-2'), row(4, 2, 'TIME-WAIT')];
    expect(countStates(rows)).toEqual({ 'TIME-WAIT': 2, 'FIN-WAIT-2': 1 });
    expect(describeRows(rows)).toBe('2 TIME-WAIT, 1 FIN-WAIT-2');
    expect(describeRows([])).toBe('no socket');
  });
});
