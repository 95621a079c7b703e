import { expect, test } from 'vitest';
import { ownedBy, processInfo, verdict, verdictAfter } from '../support/evidence.ts';
import { listener, rows, tcpInfo } from '../support/rows.ts';

const id = 'close-wait-leak';
const waiting = (age: number | null) =>
  ({
    tcpState: 'CLOSE-WAIT',
    tcpInfo: age === null ? null : tcpInfo({ lastAckReceived: age }),
  }) as const;

test('old CLOSE-WAITs are a certain problem, with process, port and descriptors', () => {
  const found = verdict(id, [listener(), ...rows(12, waiting(47 * 60_000))]);
  expect(found).toMatchObject({
    severity: 'problem',
    confidence: 'certain',
    count: 12,
    port: 8080,
    process: { name: 'java' },
    summary: 'the client sent FIN, java never closed its side',
    lasts: { ms: null },
  });
  expect(found?.costs[0]).toMatchObject({ resource: 'descriptors', value: 12, limit: 4096 });
  expect(found?.evidence[0]?.text).toContain('47 min');
});

test('a CLOSE-WAIT that is a few milliseconds old is passing through', () => {
  expect(verdict(id, [listener(), ...rows(12, waiting(5))])).toBeUndefined();
});

test('the same socket in both snapshots has an age, also without tcp_info', () => {
  const table = [listener(), ...rows(1, waiting(null))];
  expect(verdictAfter(id, [table, table])).toMatchObject({ severity: 'problem', count: 1 });
});

test('other sockets at each look are traffic: a leak is only possible', () => {
  const before = rows(6, { ...waiting(null), remoteAddress: '10.0.0.8' });
  const now = rows(6, { ...waiting(null), remoteAddress: '10.0.0.9' });
  const found = verdictAfter(id, [before, now]);
  expect(found).toMatchObject({ severity: 'risk', confidence: 'possible' });
});

test('five of unknown age at once do not pass through by chance', () => {
  expect(verdict(id, rows(4, waiting(null)))?.confidence).toBe('possible');
  expect(verdict(id, rows(5, waiting(null)))?.confidence).toBe('likely');
});

test('growth gives the time until the descriptors are gone', () => {
  const before = [listener(), ...rows(304, waiting(5000))];
  // Eight came in the first 2 of the 3 s watched; who came in the last one may pass through.
  const now = [listener(), ...rows(312, waiting(1500))];
  const owners = ownedBy(processInfo({ openDescriptors: 496 }), now);
  const found = verdictAfter(id, [before, now], { owners });
  expect(found?.costs[0]).toMatchObject({ exhaustedIn: 900 });
  expect(found?.costs[0]?.text).toBe(
    '312 of 4,096 file descriptors; at +4/s the rest are gone in 15 min',
  );
});

test('the receive queue tells who has read the end and who has not', () => {
  const found = verdict(id, [
    ...rows(2, { ...waiting(5000), receiveQueue: 0 }),
    ...rows(3, { ...waiting(5000), receiveQueue: 1, remoteAddress: '10.0.0.8' }),
  ]);
  const texts = found?.evidence.map(({ text }) => text).join('\n');
  expect(texts).toContain('2 with an empty receive queue');
  expect(texts).toContain('3 with a receive queue');
});

test('a connection that was never accepted holds no descriptor', () => {
  const found = verdict(id, rows(3, { ...waiting(5000), inode: 0, receiveQueue: 1 }));
  expect(found?.costs[0]?.value).toBe(0);
  expect(found?.evidence.map(({ text }) => text).join()).toContain('never accepted');
});

test('ten thousand peers are a handful of groups and a rest', () => {
  const many = Array.from({ length: 10_000 }, (_, index) =>
    rows(1, { ...waiting(5000), remoteAddress: `10.${index >> 8}.${index & 255}.1` }),
  ).flat();
  const groups = verdict(id, many)?.groups ?? [];
  expect(groups.length).toBe(6);
  expect(groups.at(-1)).toEqual({ peer: '9,995 other addresses', count: 9995 });
});
