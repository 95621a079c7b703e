import type { Labels, Reading } from './instruments.ts';

/** One time series of a counter. */
export interface Series extends Reading {
  value: number;
}

/**
 * The time series of a counter with up to two labels. What an event costs is to look its own up and to add to it: the
 * libraries for metrics are told when they collect.
 */
export class SeriesOf<A extends string | null, B extends string | number | null> {
  readonly #labelsOf: (first: A, second: B) => Labels;
  readonly #byFirst = new Map<A, Map<B, Series>>();
  readonly #all: Series[] = [];

  constructor(labelsOf: (first: A, second: B) => Labels) {
    this.#labelsOf = labelsOf;
  }

  /** In the order in which they came up; always the same objects. */
  get all(): readonly Series[] {
    return this.#all;
  }

  add(first: A, second: B): void {
    const known = this.#byFirst.get(first)?.get(second);
    (known ?? this.#begin(first, second)).value += 1;
  }

  #begin(first: A, second: B): Series {
    const series = { labels: this.#labelsOf(first, second), value: 0 };
    const bySecond = this.#byFirst.get(first) ?? new Map<B, Series>();
    this.#byFirst.set(first, bySecond.set(second, series));
    this.#all.push(series);
    return series;
  }
}
