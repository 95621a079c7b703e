import type { SocketRow } from '@farewell/core';
import { expect, test } from 'vitest';
import { diagnose, type Target } from '../src/index.ts';
import { evidence, ownedBy, processInfo } from './support/evidence.ts';
import { listener, outgoing, row, rows, timeWait } from './support/rows.ts';

const java = processInfo();
const node = processInfo({ pid: 12, name: 'node' });

/** java listens on 8080 and has connections; node talks to 10.0.0.9:443. */
const table: readonly SocketRow[] = [
  listener(),
  ...rows(3),
  ...rows(5, { ...timeWait(100), remotePort: 50_000 }),
  ...outgoing(2),
  ...outgoing(7, { ...timeWait(100), localPort: 50_000 }),
  row({ localPort: 22, remotePort: 51_000, inode: 8000 }),
];

const owners = {
  processes: [java, node],
  byInode: new Map([
    ...ownedBy(java, [listener(), ...rows(3)]).byInode,
    ...ownedBy(node, outgoing(2)).byInode,
  ]),
};

function counts(target: Target): readonly [established: number, timeWait: number, listen: number] {
  const { tcpStates } = diagnose(evidence([table], { owners }), target);
  return [tcpStates.ESTABLISHED.count, tcpStates['TIME-WAIT'].count, tcpStates.LISTEN.count];
}

test('no target means the whole namespace', () => {
  expect(counts({ kind: 'namespace' })).toEqual([6, 12, 1]);
});

test('a port is the local or the remote one', () => {
  expect(counts({ kind: 'port', port: 8080 })).toEqual([3, 5, 1]);
  expect(counts({ kind: 'port', port: 443 })).toEqual([2, 7, 0]);
});

test('an endpoint is an address and a port, at either end', () => {
  expect(counts({ kind: 'endpoint', address: '10.0.0.9', port: 443 })).toEqual([2, 7, 0]);
  expect(counts({ kind: 'endpoint', address: '10.0.0.1', port: 8080 })).toEqual([3, 5, 1]);
  expect(counts({ kind: 'endpoint', address: '10.0.0.2', port: 443 })).toEqual([0, 0, 0]);
});

test('a process has what it holds, and the TIME-WAITs of its listener', () => {
  expect(counts({ kind: 'pid', pid: 4121 })).toEqual([3, 5, 1]);
  expect(counts({ kind: 'name', name: 'java' })).toEqual([3, 5, 1]);
});

test('a client has the TIME-WAITs to where it alone has live connections', () => {
  expect(counts({ kind: 'name', name: 'node' })).toEqual([2, 7, 0]);
});

test('where two processes go to the same place, its TIME-WAITs are of nobody', () => {
  const both = {
    processes: [java, node],
    byInode: new Map([...owners.byInode, [7001, [java.pid]] as const]),
  };
  const seen = diagnose(evidence([table], { owners: both }), { kind: 'name', name: 'node' });
  expect(seen.tcpStates['TIME-WAIT'].count).toBe(0);
});

test('a process that is not there has nothing', () => {
  expect(counts({ kind: 'pid', pid: 1 })).toEqual([0, 0, 0]);
  expect(counts({ kind: 'name', name: 'python3' })).toEqual([0, 0, 0]);
});
