import { expect, test } from 'vitest';
import { settings, verdict } from '../support/evidence.ts';
import { rows, tcpInfo, timer } from '../support/rows.ts';

const id = 'half-open-peer-gone';
const lost = (tries: number) =>
  ({ sendQueue: 500, timer: timer('retransmit', 800, tries) }) as const;

test('data sent again and again without an answer is a problem, at least 924 s long', () => {
  const found = verdict(id, rows(2, { ...lost(7), tcpInfo: tcpInfo({ lastAckReceived: 26_000 }) }));
  expect(found).toMatchObject({ severity: 'problem', confidence: 'certain', count: 2 });
  expect(found?.lasts).toMatchObject({ ms: 924_600 });
  expect(found?.lasts?.text).toContain('at least');
  expect(found?.evidence.map(({ text }) => text).join()).toContain('26 s');
});

test('three tries are likely, two are ordinary loss', () => {
  expect(verdict(id, rows(2, lost(3)))).toMatchObject({ severity: 'risk', confidence: 'likely' });
  expect(verdict(id, rows(2, lost(2)))).toBeUndefined();
});

test('tcp_retries2 of the namespace decides how long', () => {
  const found = verdict(id, rows(2, lost(7)), { settings: { ...settings, retries2: 8 } });
  expect(found?.lasts?.ms).toBe(102_200);
});

test('window probes without an answer mean the same', () => {
  expect(verdict(id, rows(2, { sendQueue: 500, timer: timer('probe', 800, 5) }))).toBeDefined();
});

test('unacknowledged data alone is data under way', () => {
  expect(verdict(id, rows(2, lost(0)))).toBeUndefined();
  expect(verdict(id, rows(2, { sendQueue: 500, timer: null }))).toBeUndefined();
});
