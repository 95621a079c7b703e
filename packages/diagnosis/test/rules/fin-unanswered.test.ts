import { expect, test } from 'vitest';
import { settings, verdict } from '../support/evidence.ts';
import { rows, timer } from '../support/rows.ts';

const id = 'fin-unanswered';
const sending = (tries: number, tcpState: 'FIN-WAIT-1' | 'LAST-ACK' | 'CLOSING' = 'FIN-WAIT-1') =>
  ({ tcpState, inode: 0, timer: timer('retransmit', 400, tries) }) as const;

test.each(['FIN-WAIT-1', 'LAST-ACK', 'CLOSING'] as const)(
  'an orphan in %s that retransmits is a note: the kernel ends it after at least 102.2 s',
  (tcpState) => {
    const found = verdict(id, rows(2, sending(5, tcpState)));
    expect(found).toMatchObject({ severity: 'note', confidence: 'certain', count: 2 });
    expect(found?.lasts?.ms).toBe(102_200);
    expect(found?.evidence[0]?.text).toContain(tcpState);
  },
);

test('a socket that a process holds goes by tcp_retries2 and is a risk', () => {
  const found = verdict(id, rows(2, { ...sending(5), inode: 6000 }));
  expect(found).toMatchObject({ severity: 'risk' });
  expect(found?.lasts?.ms).toBe(924_600);
});

test('tcp_orphan_retries shortens it', () => {
  const found = verdict(id, rows(2, sending(3)), { settings: { ...settings, orphanRetries: 3 } });
  expect(found?.lasts?.ms).toBe(3000);
});

test('a FIN under way, and one lost segment, are not unanswered', () => {
  expect(verdict(id, rows(2, sending(0)))).toBeUndefined();
  expect(verdict(id, rows(2, sending(1)))).toBeUndefined();
});

test('behind a zero window the FIN is blocked, not unanswered', () => {
  const probing = { ...sending(0), timer: timer('probe', 400, 0) };
  expect(verdict(id, rows(2, probing))).toBeUndefined();
});

test('without timers nothing is claimed', () => {
  expect(verdict(id, rows(2, { ...sending(5), timer: null }))).toBeUndefined();
});
