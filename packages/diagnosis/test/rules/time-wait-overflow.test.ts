import { expect, test } from 'vitest';
import { counters, settings, verdict } from '../support/evidence.ts';
import { listener, rows, timeWait } from '../support/rows.ts';

const id = 'time-wait-overflow';
const table = [listener(), ...rows(3, timeWait(1000))];
const at = (time: number, value: number, held = 3) =>
  counters(time, { TCPTimeWaitOverflow: value }, held);

test('a counter that grows means that TIME-WAITs are being dropped', () => {
  const found = verdict(id, table, { counters: [at(0, 5), at(3000, 25)] });
  expect(found).toMatchObject({ severity: 'risk', confidence: 'certain' });
  expect(found?.evidence[0]).toMatchObject({ value: 20 });
});

test('nine tenths of tcp_max_tw_buckets is a risk, less is not', () => {
  const few = { ...settings, maxTimeWait: 100 };
  const near = verdict(id, table, { counters: [at(0, 0, 90)], settings: few });
  expect(near).toMatchObject({ severity: 'risk', count: 90 });
  expect(near?.costs[0]).toMatchObject({ resource: 'time-wait-buckets', value: 90, limit: 100 });
  expect(verdict(id, table, { counters: [at(0, 0, 89)], settings: few })).toBeUndefined();
});

test('a counter that stands still is a note about the past', () => {
  expect(verdict(id, table, { counters: [at(0, 5), at(3000, 5)] })?.severity).toBe('note');
});

test('without counters and settings there is no verdict', () => {
  expect(verdict(id, table, { settings: null })).toBeUndefined();
});
