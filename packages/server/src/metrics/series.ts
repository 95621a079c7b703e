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
  readonly #onCount: ((labels: Labels) => void) | null;
  readonly #byFirst = new Map<A, Map<B, Series>>();
  readonly #all: Series[] = [];

  /** `onCount` is told of each event, for a library that has to be. */
  constructor(
    labelsOf: (first: A, second: B) => Labels,
    onCount: ((labels: Labels) => void) | null = null,
  ) {
    this.#labelsOf = labelsOf;
    this.#onCount = onCount;
  }

  /** In the order in which they came up; always the same objects. */
  get all(): readonly Series[] {
    return this.#all;
  }

  add(first: A, second: B): void {
    const series = this.#byFirst.get(first)?.get(second) ?? this.#begin(first, second);
    series.value += 1;
    this.#onCount?.(series.labels);
  }

  #begin(first: A, second: B): Series {
    const series = { labels: this.#labelsOf(first, second), value: 0 };
    const bySecond = this.#byFirst.get(first) ?? new Map<B, Series>();
    this.#byFirst.set(first, bySecond.set(second, series));
    this.#all.push(series);
    return series;
  }
}
