import type { DurationBucket } from '@farewell/core';

/**
 * Counts durations in buckets that are 4.4 % wide, sixteen to a doubling, so that ten million values
 * cost what ten do, and 60 s, 100 s and 240 s stay apart.
 */
export class DurationHistogram {
  #counts: Uint32Array | null = null;

  /** `duration` in ms; below 1 ms is one bucket; the last, from 11.9 days, also holds what is longer. */
  add(duration: number): void {
    this.#counts ??= new Uint32Array(BUCKETS);
    const bucket = bucketOf(duration);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  copy(): DurationHistogram {
    const copy = new DurationHistogram();
    copy.#counts = this.#counts?.slice() ?? null;
    return copy;
  }

  /** Buckets that hold something, ascending. */
  buckets(): DurationBucket[] {
    const buckets: DurationBucket[] = [];
    for (const [index, count] of (this.#counts ?? []).entries()) {
      if (count > 0) buckets.push({ from: lowerBound(index), to: lowerBound(index + 1), count });
    }
    return buckets;
  }
}

const PER_DOUBLING = 16;
/** Below 1 ms, and then 30 doublings: 2^30 ms are 12.4 days. */
const BUCKETS = 1 + 30 * PER_DOUBLING;

function bucketOf(duration: number): number {
  if (!(duration >= 1)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log2(duration) * PER_DOUBLING));
}

function lowerBound(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 1) / PER_DOUBLING);
}
