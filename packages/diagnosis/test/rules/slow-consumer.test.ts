import { expect, test } from 'vitest';
import { verdict, verdictAfter } from '../support/evidence.ts';
import { rows, tcpInfo, timer } from '../support/rows.ts';

const id = 'slow-consumer';
const full = { sendQueue: 80_000, timer: timer('probe', 3000, 0) } as const;

const at = (rwndLimited: number) =>
  rows(1, { sendQueue: 80_000, tcpInfo: tcpInfo({ rwndLimited }) });

test('a window that stays closed is a slow consumer', () => {
  const table = rows(2, full);
  const found = verdictAfter(id, [table, table]);
  expect(found).toMatchObject({ severity: 'risk', confidence: 'certain', count: 2 });
  expect(found?.costs[0]?.value).toBe(160_000);
});

test('most of the time spent waiting for the window counts, whatever timer runs now', () => {
  expect(verdictAfter(id, [at(0), at(2500)])?.confidence).toBe('certain');
  expect(verdictAfter(id, [at(0), at(300)])).toBeUndefined();
});

test('a full send queue alone is a connection that is sending', () => {
  const sending = rows(2, { sendQueue: 80_000, timer: timer('retransmit', 200, 0) });
  expect(verdictAfter(id, [sending, sending])).toBeUndefined();
});

test('retransmitting is loss or a peer that is gone, not a slow one', () => {
  const lost = rows(2, { sendQueue: 80_000, timer: timer('retransmit', 200, 4) });
  expect(verdictAfter(id, [lost, lost])).toBeUndefined();
});

test('without timers nothing is claimed, for a peer that is gone looks the same', () => {
  const unknown = rows(2, { sendQueue: 80_000, timer: null });
  expect(verdictAfter(id, [unknown, unknown])).toBeUndefined();
  expect(verdict(id, unknown)).toBeUndefined();
});
