import type { SocketRow } from '@farewell/core';
import { expect, test } from 'vitest';
import { LocalPairs } from '../src/local-pairs.ts';
import { row, timeWait } from './support/rows.ts';

const here = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
const client = row({ ...here, localPort: 40_000, remotePort: 8080 });
const server = row({ ...here, localPort: 8080, remotePort: 40_000 });

function any(clients: readonly SocketRow[], others: readonly SocketRow[]): boolean {
  const pairs = new LocalPairs();
  for (const each of clients) pairs.add(each, 'client');
  for (const each of others) pairs.add(each, 'server');
  return pairs.any();
}

const ends = [client, { ...client, ...timeWait(0) }].flatMap((one) =>
  [server, { ...server, ...timeWait(0) }].map((other) => [one, other] as const),
);

test.each(ends)('both ends of a connection are a pair, in TIME-WAIT too', (one, other) => {
  expect(any([one], [other])).toBe(true);
});

test('one end, or ends of two connections, are not', () => {
  expect(any([client], [])).toBe(false);
  expect(any([client], [{ ...server, remotePort: 40_001 }])).toBe(false);
  expect(any([client], [{ ...server, localAddress: '127.0.0.2' }])).toBe(false);
});

test('a connection to elsewhere has no other end here, whatever its ports', () => {
  const out = row({ localPort: 40_000, remotePort: 8080 });
  const back = row({ localPort: 8080, remotePort: 40_000, localAddress: '10.0.0.7' });
  expect(any([out], [back])).toBe(false);
});
