import { expect, test } from 'vitest';
import { fullBucket, takeToken } from '../../src/limits/message-rate.ts';

test('as many messages as allowed at once, then one for each that the interval gives back', () => {
  const rate = { messages: 4, interval: 1_000 };
  const bucket = fullBucket(rate, 0);
  const taken = (at: number): boolean => takeToken(bucket, rate, at);
  expect([taken(0), taken(0), taken(0), taken(0), taken(0)]).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect([taken(250), taken(250)]).toEqual([true, false]);
  // Never more than a full bucket, however long nothing came.
  expect([1, 2, 3, 4, 5].map(() => taken(60_000))).toEqual([true, true, true, true, false]);
});
