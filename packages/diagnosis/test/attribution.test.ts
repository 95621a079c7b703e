import type { SocketRow } from '@farewell/core';
import { expect, test } from 'vitest';
import { attributionIn } from '../src/attribution.ts';
import { listenersOf } from '../src/listeners.ts';
import { listener, outgoing, row, rows, timeWait } from './support/rows.ts';

const range = [32_768, 60_999] as const;

function roleOf(
  of: SocketRow,
  table: readonly SocketRow[] = [of],
  portRange: readonly [number, number] | null = null,
): string {
  const { role, confidence } = attributionIn(table, listenersOf(table), portRange)(of);
  return role === 'unknown' ? role : `${role}, ${confidence}`;
}

const gone = row(timeWait(0));

test('the listener of the local port makes a TIME-WAIT the server end', () => {
  expect(roleOf(gone, [listener(), gone])).toBe('server, certain');
});

test('a listener on another address is not its listener', () => {
  expect(roleOf(gone, [listener({ localAddress: '10.0.0.2' }), gone])).toBe('unknown');
});

test('a dual-stack listener takes IPv4 connections, an IPv4 one no IPv6', () => {
  expect(roleOf(gone, [listener({ localAddress: '::' }), gone])).toBe('server, certain');
  const six = row({ ...timeWait(0), localAddress: '2001:db8::1', remoteAddress: '2001:db8::2' });
  expect(roleOf(six, [listener({ localAddress: '0.0.0.0' }), six])).toBe('unknown');
});

test('a listener at the remote end makes it the client, if that end is on this machine', () => {
  const local = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
  const client = row({ ...timeWait(0), ...local, localPort: 40_000, remotePort: 8080 });
  expect(roleOf(client, [listener(), client])).toBe('client, certain');
  const elsewhere = row({ ...timeWait(0), localPort: 40_000, remotePort: 8080 });
  expect(roleOf(elsewhere, [listener(), elsewhere])).toBe('unknown');
});

test('a handshake under way knows its side', () => {
  expect(roleOf(row({ tcpState: 'SYN-SENT' }))).toBe('client, certain');
  expect(roleOf(row({ tcpState: 'SYN-RECEIVED' }))).toBe('server, certain');
});

test('a port below 1024 is the service', () => {
  expect(roleOf(row({ ...timeWait(0), localPort: 443 }))).toBe('server, likely');
  expect(roleOf(row({ ...timeWait(0), localPort: 50_000, remotePort: 443 }))).toBe(
    'client, likely',
  );
});

test('the range of ephemeral ports tells two high ports apart, where it was read', () => {
  expect(roleOf(gone, [gone], range)).toBe('server, likely');
  expect(roleOf(gone, [gone], null)).toBe('unknown');
});

test('a port that many meet is a service, also when its listener is gone', () => {
  const many = rows(10, timeWait(0));
  expect(many.map((each) => roleOf(each, many))).toEqual(many.map(() => 'server, likely'));
  const out = outgoing(10, { ...timeWait(0), remotePort: 9000 });
  expect(out.map((each) => roleOf(each, out))).toEqual(out.map(() => 'client, likely'));
});

test('where the neighbours and the range differ, nothing is known', () => {
  const many = rows(10, { ...timeWait(0), localPort: 50_000 }).map((each, index) => ({
    ...each,
    remotePort: 9000 + index,
  }));
  const [first = gone] = many;
  expect(roleOf(first, many, null)).toBe('server, likely');
  expect(roleOf(first, many, range)).toBe('unknown');
});
