import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelay, defaultBackoff, failuresAfter } from '../src/index.ts';

function bound(failures: number): number {
  return backoffDelay({ failures, retryAfter: null }, 1);
}

test('full jitter: between nothing and a bound that doubles up to `max`', () => {
  expect([1, 2, 3, 6, 60].map(bound)).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  expect(backoffDelay({ failures: 5, retryAfter: null }, 0)).toBe(0);
});

test('the delay stays finite and within `max` after any number of failures', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const delay = backoffDelay({ failures, retryAfter: null }, random);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(defaultBackoff.max);
    }),
  );
});

test('a delay that the server asks for is the least', () => {
  expect(backoffDelay({ failures: 1, retryAfter: 45_000 }, 0)).toBe(45_000);
  expect(backoffDelay({ failures: 1, retryAfter: 45_000 }, 0.5)).toBe(45_500);
});

test('only a connection that lasted `minUptime` starts the delays anew', () => {
  expect(failuresAfter(4, 4_999)).toBe(5);
  expect(failuresAfter(4, 5_000)).toBe(1);
});
