import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimeWaits } from '../src/time-waits.ts';
import { row, timer, timeWait } from './support/rows.ts';

function counted(...ages: readonly (number | null)[]): TimeWaits {
  const all = new TimeWaits();
  for (const age of ages) all.add(row({ ...timeWait(age ?? 0), ...(age === null && untimed) }));
  return all;
}

const untimed = { timer: timer('none', 0) };

test('each is counted in the sixth of the last minute in which it entered', () => {
  expect(counted(0, 9999, 10_000, 59_999, 60_000).sixths).toEqual([2, 1, 0, 0, 0, 2]);
});

test('the oldest, the longest time left and what tcp_tw_reuse may take follow from the timers', () => {
  const some = counted(500, 1000, 1001, 42_000);
  expect(some).toMatchObject({ count: 4, oldest: 42_000, longestLeft: 59_500, reusable: 2 });
});

test('without a timer one is only counted', () => {
  expect(counted(null, null)).toMatchObject({ count: 2, ageless: 2, longestLeft: null, oldest: 0 });
});

test('counting apart and together comes to the same', () => {
  const ages = fc.array(fc.option(fc.integer({ min: 0, max: 60_000 })));
  fc.assert(
    fc.property(ages, ages, (some, others) => {
      const together = counted(...some);
      together.addAll(counted(...others));
      expect(together).toEqual(counted(...some, ...others));
    }),
  );
});
