import type { Scene } from './scene.ts';

/** A kernel counter over the time watched. */
export interface CounterChange {
  readonly name: string;
  readonly value: number;
  /** How much it grew while watched; null with one reading. */
  readonly grew: number | null;
  /** Time between the readings, ms. */
  readonly watched: number;
}

/** A counter of the namespace; null if it was not read. */
export function counter({ counters }: Scene, name: string): CounterChange | null {
  const value = counters.now?.values[name];
  if (counters.now === null || value === undefined) return null;
  const then = counters.before?.values[name];
  if (counters.before === null || then === undefined) {
    return { name, value, grew: null, watched: 0 };
  }
  const watched = Math.max(0, counters.now.at - counters.before.at);
  return { name, value, grew: Math.max(0, value - then), watched };
}
