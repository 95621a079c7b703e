import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { SocketRow } from '@farewell/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { openNamespace } from '../../src/index.ts';
import { type SocketsInStates, socketsInStates } from '../support/sockets-in-states.ts';
import { identity, rowsIn } from './fixtures.ts';

/** The same sockets, read in as many ways while they did nothing. */
interface Readings {
  readonly proc: readonly SocketRow[];
  readonly ss: readonly SocketRow[];
  readonly live: readonly SocketRow[];
}

describeWith(['linux', 'ss'], 'live sockets, as text and through sock_diag', () => {
  let sockets: SocketsInStates;
  beforeAll(async () => {
    sockets = await socketsInStates();
  });
  afterAll(() => sockets[Symbol.asyncDispose]());

  it('are the same in /proc/net/tcp, in `ss -tanoie` and in the live reader', async () => {
    const { proc, ss, live } = await readAtRest(sockets);
    const states = [...new Set(proc.map(({ tcpState }) => tcpState))].sort();
    expect(states).toEqual([
      'CLOSE-WAIT',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'LISTEN',
      'TIME-WAIT',
    ]);
    expect(ss.map(lasting).sort()).toEqual(proc.map(lasting).sort());
    expect(live.map(lasting).sort()).toEqual(proc.map(lasting).sort());
  });

  it('have the cookies, accept queues and byte counts of the live reader in `ss -tanoie`', async () => {
    const { ss, live } = await readAtRest(sockets);
    expect(ss.map(details).sort()).toEqual(live.map(details).sort());
  });
});

/** Reads until /proc shows the same before and after: then nothing happened in between. */
async function readAtRest(sockets: SocketsInStates): Promise<Readings> {
  for (;;) {
    const before = ofTest(procRows(), sockets);
    const text = spawnSync('ss', ['-tanoie'], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
    const live = ofTest(liveRows(), sockets);
    const proc = ofTest(procRows(), sockets);
    const atRest = before.map(lasting).join() === proc.map(lasting).join();
    const probing = proc.some(({ timer }) => timer?.kind === 'probe');
    if (atRest && probing) return { proc, ss: ofTest(rowsIn(text), sockets), live };
    await new Promise((done) => setTimeout(done, 20));
  }
}

function procRows(): readonly SocketRow[] {
  const [tcp, tcp6] = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/self/net/${name}`, 'utf8'));
  return rowsIn(`${tcp}${tcp6}`);
}

function liveRows(): readonly SocketRow[] {
  using reader = openNamespace({ kind: 'own' });
  const table = reader.readTable();
  expect(table.source).toBe('sock-diag');
  return table.rows;
}

function ofTest(rows: readonly SocketRow[], sockets: SocketsInStates): readonly SocketRow[] {
  const ports = [sockets.port, sockets.ipv6.port];
  return rows.filter((row) => ports.includes(row.localPort) || ports.includes(row.remotePort));
}

function lasting(row: SocketRow): string {
  const limit = row.tcpState === 'LISTEN' ? null : row.sendQueue;
  return [identity(row), row.inode, row.uid, row.receiveQueue, limit, row.timer?.kind].join(' ');
}

function details(row: SocketRow): string {
  const { cookie, sendQueue, tcpInfo } = row;
  const info = tcpInfo && [
    tcpInfo.bytesSent,
    tcpInfo.bytesAcked,
    tcpInfo.bytesReceived,
    tcpInfo.notSentBytes,
    tcpInfo.sendWindowBytes,
    tcpInfo.retransmitsTotal,
  ];
  return [identity(row), cookie, sendQueue, row.tcpState === 'FIN-WAIT-1' ? '' : info].join(' ');
}
