import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationHistogram } from '../../src/kernel-trace/duration-histogram.ts';

describe('a histogram of durations', () => {
  it('keeps each duration in a bucket that holds it and is at most 4.5 % wide', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (duration) => {
        const histogram = new DurationHistogram();
        histogram.add(duration);
        const [bucket] = histogram.buckets();
        expect(bucket?.count).toBe(1);
        expect((bucket?.from ?? 0) * (1 - 1e-12)).toBeLessThanOrEqual(duration);
        expect((bucket?.to ?? 0) * (1 + 1e-12)).toBeGreaterThan(duration);
        expect((bucket?.to ?? 0) / (bucket?.from ?? 1)).toBeLessThan(1.045);
      }),
    );
  });

  it('takes a nonsense duration, and one longer than all buckets', () => {
    const histogram = new DurationHistogram();
    for (const duration of [-5, 0, Number.NaN, 1e15, Infinity]) histogram.add(duration);
    expect(histogram.buckets().map(({ count }) => count)).toEqual([3, 2]);
  });

  it('has a copy of its own', () => {
    const histogram = new DurationHistogram();
    histogram.add(5);
    const copy = histogram.copy();
    histogram.add(5);
    expect([copy.buckets()[0]?.count, histogram.buckets()[0]?.count]).toEqual([1, 2]);
  });
});
