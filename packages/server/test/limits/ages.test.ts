import { alarmClock, type ManagedConnection, openedAt } from '@farewell/connection';
import { expect, test } from 'vitest';
import { Ages } from '../../src/limits/ages.ts';
import { serving } from '../support/serving.ts';

const count = 200;

/** The ages at which connections are found to be old, by a clock that only this test turns. */
async function agesOf(limit: { age: number; jitter?: number }): Promise<number[]> {
  await using serves = await serving();
  await serves.clients(count);
  await expect.poll(() => serves.server.connections.size).toBe(count);
  const left = new Set<ManagedConnection>(serves.server.connections);
  const found: number[] = [];
  let at = 0;
  const ages = new Ages(limit, left, (connection) => {
    left.delete(connection);
    found.push(at - openedAt(connection));
  });
  const [first] = left;
  if (first) ages.opened(first);
  while (left.size > 0) {
    at = ages.alarmAt;
    alarmClock.clear(ages);
    ages.ring(at);
  }
  alarmClock.clear(ages);
  return found.toSorted((a, b) => a - b);
}

test('all ages from `age - jitter` to `age` are equally likely', async () => {
  const [age, jitter, steps] = [3_600_000, 600_000, 1_000];
  const found = await agesOf({ age, jitter });
  expect(found).toHaveLength(count);
  expect(found[0]).toBeGreaterThanOrEqual(age - jitter);
  expect(found.at(-1)).toBeLessThanOrEqual(age + steps);
  for (const quarter of [0, 1, 2, 3]) {
    const from = age - jitter + (quarter * jitter) / 4;
    const its = found.filter((each) => each > from && each <= from + jitter / 4).length;
    // 50 +/- 6.1: beyond 5 of these deviations once in a million runs.
    expect(its).toBeGreaterThan(18);
    expect(its).toBeLessThan(82);
  }
});

test('without jitter each is found at its age', async () => {
  const found = await agesOf({ age: 60_000, jitter: 0 });
  expect(found).toHaveLength(count);
  expect(found[0]).toBe(60_000);
  expect(found.at(-1)).toBeLessThanOrEqual(60_001);
});
