import type { DurationBucket } from '@farewell/core';

/** How many values a histogram holds. */
export function total(buckets: readonly DurationBucket[]): number {
  return buckets.reduce((sum, { count }) => sum + count, 0);
}

/** How many values are surely no longer than `most` ms. */
export function countUpTo(buckets: readonly DurationBucket[], most: number): number {
  return total(buckets.filter(({ to }) => to <= most));
}

/** Half of the values are no longer than this, ms; null without values. */
export function median(buckets: readonly DurationBucket[]): number | null {
  const half = total(buckets) / 2;
  let passed = 0;
  for (const { to, count } of buckets) {
    passed += count;
    if (passed >= half) return to;
  }
  return null;
}

/** Values that lie close together. */
export interface Cluster {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** The fullest stretch that is at most `width` wide, as a share of where it begins; null without values. */
export function fullestCluster(buckets: readonly DurationBucket[], width: number): Cluster | null {
  let best: Cluster | null = null;
  for (const [index, { from }] of buckets.entries()) {
    const within = buckets.slice(index).filter(({ to }) => to <= from * (1 + width));
    const count = total(within);
    if (count > (best?.count ?? 0)) best = { count, from, to: within.at(-1)?.to ?? from };
  }
  return best;
}
