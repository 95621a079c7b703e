import { expect, test } from 'vitest';
import { verdict, verdictAfter } from '../support/evidence.ts';
import { rows, tcpInfo, timer } from '../support/rows.ts';

const id = 'fin-blocked-by-reader';
const blocked = {
  tcpState: 'FIN-WAIT-1',
  inode: 0,
  sendQueue: 50_000,
  timer: timer('probe', 300, 0),
} as const;

const since = (lastDataSent: number) => rows(2, { ...blocked, tcpInfo: tcpInfo({ lastDataSent }) });

const lasts = (inode: number) => verdict(id, rows(2, { ...blocked, inode }))?.lasts;

test('FIN behind a window that stays closed is a certain problem', () => {
  const table = rows(2, blocked);
  const found = verdictAfter(id, [table, table]);
  expect(found).toMatchObject({ severity: 'problem', confidence: 'certain', count: 2 });
  expect(found?.costs[0]?.value).toBe(100_000);
});

test('answered probes end by themselves only where no process holds the socket', () => {
  expect(lasts(0)).toMatchObject({ ms: 360_000 });
  expect(lasts(0)?.text).toContain('at most 6 min');
  expect(lasts(7)).toMatchObject({ ms: null });
});

test('one look without ages is only possible', () => {
  expect(verdict(id, rows(2, blocked))).toMatchObject({ severity: 'risk', confidence: 'possible' });
});

test('a long time between probes makes it likely: it doubles with each', () => {
  const found = verdict(id, rows(2, { ...blocked, timer: timer('probe', 3000, 0) }));
  expect(found?.confidence).toBe('likely');
});

test('nothing sent for seconds makes it likely; data sent just now makes it silent', () => {
  expect(verdict(id, since(9000))?.confidence).toBe('likely');
  expect(verdict(id, since(50))).toBeUndefined();
});

test('a peer that leaves probes unanswered is gone, not slow', () => {
  const gone = rows(2, { ...blocked, timer: timer('probe', 3000, 4) });
  expect(verdict(id, gone)).toBeUndefined();
  expect(verdict('fin-unanswered', gone)).toBeDefined();
});

test('an open connection with a closed window is a slow consumer, not a blocked FIN', () => {
  const table = rows(2, { ...blocked, tcpState: 'ESTABLISHED', inode: 6000 });
  expect(verdictAfter(id, [table, table])).toBeUndefined();
});
