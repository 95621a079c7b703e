import { expect, test } from 'vitest';
import { counters } from '../support/evidence.ts';
import { group, trace, tracedVerdict } from '../support/traces.ts';

const id = 'reset-with-unread-data';

function unread(count: number, ended: number) {
  return group({ ended, resets: [{ direction: 'sent', reason: 'TCP_ABORT_ON_CLOSE', count }] });
}

test('the kernel says that unread data made the close an RST', () => {
  const found = tracedVerdict(id, trace([unread(5, 20)]));
  expect(found).toMatchObject({ severity: 'risk', confidence: 'certain', count: 5, port: 8080 });
  expect(found?.summary).toContain('java closed while data from the client waited unread');
});

test('an upload refused now and then is a note', () => {
  expect(tracedVerdict(id, trace([unread(1, 1)]))?.severity).toBe('note');
  expect(tracedVerdict(id, trace([unread(5, 1000)]))?.severity).toBe('note');
});

test('without privilege TCPAbortOnClose tells, for the whole namespace', () => {
  const facts = {
    counters: [counters(1000, { TCPAbortOnClose: 3 }), counters(4000, { TCPAbortOnClose: 7 })],
  };
  const found = tracedVerdict(id, trace([], { source: 'destroy-events' }), { facts });
  expect(found).toMatchObject({ severity: 'note', count: 4, port: null });
  expect(found?.confidence).not.toBe('certain');
});

test('a counter that did not move says nothing', () => {
  const still = {
    counters: [counters(1000, { TCPAbortOnClose: 3 }), counters(4000, { TCPAbortOnClose: 3 })],
  };
  expect(
    tracedVerdict(id, trace([], { source: 'destroy-events' }), { facts: still }),
  ).toBeUndefined();
});
