import type { SocketRow } from '@farewell/core';
import { timeWaitAge, timeWaitLength } from './ages.ts';

/** tcp_tw_reuse takes over a TIME-WAIT no sooner than this, ms. */
export const reuseAfter = 1000;

/** What many TIME-WAITs have in common to tell. They are counted, not kept: a table may have 100,000. */
export class TimeWaits {
  count = 0;
  /** Those without a timer, whose age nobody knows. */
  ageless = 0;
  /** Age of the oldest, ms. */
  oldest = 0;
  /** How long the youngest still lasts, ms; null if no timer is known. */
  longestLeft: number | null = null;
  /** Those old enough for tcp_tw_reuse. */
  reusable = 0;
  /** How many entered in each sixth of the last minute, the latest first. */
  readonly sixths = [0, 0, 0, 0, 0, 0];

  /** Counts one more. */
  add(row: SocketRow): void {
    this.count += 1;
    const { timer } = row;
    const age = timeWaitAge(timer);
    if (age === null || timer === null) {
      this.ageless += 1;
      return;
    }
    if (age > this.oldest) this.oldest = age;
    if (age > reuseAfter) this.reusable += 1;
    if (this.longestLeft === null || timer.expiresIn > this.longestLeft) {
      this.longestLeft = timer.expiresIn;
    }
    const sixth = Math.min(5, Math.floor((age * 6) / timeWaitLength));
    this.sixths[sixth] = (this.sixths[sixth] ?? 0) + 1;
  }

  /** Counts all that were counted elsewhere. */
  addAll(others: TimeWaits): void {
    this.count += others.count;
    this.ageless += others.ageless;
    this.oldest = Math.max(this.oldest, others.oldest);
    this.reusable += others.reusable;
    if (others.longestLeft !== null) {
      this.longestLeft = Math.max(this.longestLeft ?? 0, others.longestLeft);
    }
    others.sixths.forEach((count, sixth) => {
      this.sixths[sixth] = (this.sixths[sixth] ?? 0) + count;
    });
  }
}
