import { expect, test } from 'vitest';
import { counters, textsOf } from '../support/evidence.ts';
import { durations, group, trace, tracedVerdict } from '../support/traces.ts';

const id = 'reset-by-peer';

function received(count: number, ended: number) {
  const resets = [{ direction: 'received', reason: null, count }] as const;
  return group({ ended, opened: ended, resets, endedOver: 2000 });
}

test('a tenth of all ends by RST from outside is a risk, and certain', () => {
  const found = tracedVerdict(id, trace([received(10, 40)]));
  expect(found).toMatchObject({ severity: 'risk', confidence: 'certain', count: 10, port: 8080 });
  expect(found?.process).toMatchObject({ pid: 4121, name: 'java' });
  expect(textsOf(found)).toContain('10 of 40 connections that ended in 3 s');
});

test('single resets are daily life', () => {
  expect(tracedVerdict(id, trace([received(1, 1)]))?.severity).toBe('note');
  expect(tracedVerdict(id, trace([received(10, 1000)]))?.severity).toBe('note');
});

test('checks by a load balancer are not worth more than a note', () => {
  const checks = { ...received(30, 30), lifetimes: [durations(2, 30)] };
  expect(tracedVerdict(id, trace([checks]))?.severity).toBe('note');
});

test('without RST there is no verdict', () => {
  expect(tracedVerdict(id, trace([group({ ended: 30 })]))).toBeUndefined();
});

test('without privilege the counters tell, for all that died, and never as a certainty', () => {
  const values = { EstabResets: 5, TCPAbortOnData: 2, TCPAbortOnClose: 1 };
  const facts = {
    counters: [
      counters(1000, { ...values, EstabResets: 0, TCPAbortOnData: 0 }),
      counters(4000, values),
    ],
  };
  const ours = group({ ended: 3, process: null });
  const other = group({ ended: 3, process: null, localPort: 9 });
  const deaths = trace([ours, other], { source: 'destroy-events' });
  // 5 ended by RST, 2 of them by the namespace's own aborts.
  expect(tracedVerdict(id, deaths, { facts })).toMatchObject({ count: 3, confidence: 'likely' });
});
