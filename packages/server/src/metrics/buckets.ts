import type { Labels } from './instruments.ts';

/** What was observed under the same labels: how often up to each bound, and more than the last. */
export interface Observed {
  readonly labels: Labels;
  /** One for each bound, each without those before it. */
  readonly counts: Float64Array;
  sum: number;
  /** Those above the last bound too. */
  count: number;
}

/** The time series of a histogram, as numbers: to add a value costs a look at the bounds. */
export class Buckets {
  readonly bounds: readonly number[];
  readonly #byLabels = new Map<Labels, Observed>();

  /** `bounds`: upper bounds that belong to their bucket, ascending. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
  }

  /** In the order in which they came up. */
  get all(): Iterable<Observed> {
    return this.#byLabels.values();
  }

  /** `labels`: the same object for the same labels. */
  add(labels: Labels, value: number): void {
    const observed = this.begin(labels);
    observed.sum += value;
    observed.count += 1;
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
    if (at < bounds.length) observed.counts[at] = (observed.counts[at] ?? 0) + 1;
  }

  /** The series of these labels, which begins with zeros. */
  begin(labels: Labels): Observed {
    const known = this.#byLabels.get(labels);
    if (known) return known;
    const observed = { labels, counts: new Float64Array(this.bounds.length), sum: 0, count: 0 };
    this.#byLabels.set(labels, observed);
    return observed;
  }

  clear(): void {
    this.#byLabels.clear();
  }
}
