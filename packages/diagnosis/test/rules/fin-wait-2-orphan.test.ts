import { expect, test } from 'vitest';
import { settings, verdict } from '../support/evidence.ts';
import { rows, tcpInfo, timer } from '../support/rows.ts';

const id = 'fin-wait-2-orphan';
const orphan = (left: number) =>
  ({ tcpState: 'FIN-WAIT-2', inode: 0, timer: timer('time-wait', left) }) as const;

test('an orphan is a note that lasts for tcp_fin_timeout', () => {
  const found = verdict(id, rows(3, orphan(40_000)));
  expect(found).toMatchObject({ severity: 'note', count: 3, lasts: { ms: 60_000 } });
  expect(found?.evidence.map(({ text }) => text)).toContain('tcp_fin_timeout is 60 s');
});

test('an orphan that began a moment ago is passing through', () => {
  expect(verdict(id, rows(3, orphan(59_900)))).toBeUndefined();
});

test('a tenth of tcp_max_tw_buckets is a risk', () => {
  const few = { ...settings, maxTimeWait: 30 };
  expect(verdict(id, rows(3, orphan(40_000)), { settings: few })?.severity).toBe('risk');
});

test('a held socket is not an orphan', () => {
  const held = { tcpState: 'FIN-WAIT-2', tcpInfo: tcpInfo({ lastAckReceived: 9000 }) } as const;
  expect(verdict(id, rows(3, held))).toBeUndefined();
});

test('without settings the length is not known and said so', () => {
  const found = verdict(id, rows(3, orphan(40_000)), { settings: null });
  expect(found?.lasts).toMatchObject({ ms: null });
  expect(found?.lasts?.text).toContain('not read');
});
