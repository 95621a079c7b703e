import type { DrainSettings } from './options.ts';

/** When the Close frames of a drain go out. Pure: where it stands in, the next batch out. */

/** Where a drain stands. */
export interface Standing {
  /** Connections whose turn is still to come. */
  readonly waiting: number;
  /** ms since the drain began. */
  readonly elapsed: number;
}

type Pace = Pick<DrainSettings, 'timeout' | 'batchSize' | 'batchInterval' | 'messageLead'>;

/**
 * How many connections are next, now: `batchSize`, or more where the last one would else have its turn
 * later than half of `timeout`, so that half of it is left for the answers. Batches that were late are
 * not made up for otherwise: two of them in a row would be the peak that the pace is to avoid.
 */
export function batchAt({ waiting, elapsed }: Standing, pace: Pace): number {
  const { batchSize, batchInterval, timeout, messageLead } = pace;
  const left = timeout / 2 - messageLead - elapsed;
  if (left <= 0) return waiting;
  if (batchInterval === 0) return Math.min(waiting, batchSize);
  const turnsLeft = Math.floor(left / batchInterval) + 1;
  return Math.min(waiting, Math.max(batchSize, Math.ceil(waiting / turnsLeft)));
}

/**
 * The delay that the `index`th of `count` clients is asked for, ms: `count` equal steps from `min` to
 * `max`, and a random place within its own. So they come back at one rate, with no gap and no peak.
 * `random` in [0, 1). null: none.
 */
export function retryDelay(
  { index, count }: { readonly index: number; readonly count: number },
  retryAfter: DrainSettings['retryAfter'],
  random: number,
): number | null {
  if (retryAfter === false) return null;
  const { min, max } = retryAfter;
  return min + ((index + random) / Math.max(1, count)) * (max - min);
}
