import { Histogram, type HistogramConfiguration } from 'prom-client';
import { Buckets, type Observed } from './buckets.ts';
import { type Labels, unlabelled } from './instruments.ts';

type Collected = Awaited<ReturnType<Histogram['get']>>;
type Value = Collected['values'][number];

/** The part of prom-client's configuration that is used. */
export type PromHistogramOptions = Required<
  Pick<HistogramConfiguration<string>, 'name' | 'help' | 'labelNames' | 'buckets' | 'registers'>
>;

/**
 * A histogram that counts by itself and tells prom-client when it collects. prom-client's own can only be fed one by
 * one, and checks and hashes the labels of each value.
 */
export class PromHistogram extends Histogram {
  readonly #buckets: Buckets;
  /** For what prom-client says of a histogram beside its values. */
  readonly #empty: Histogram;

  constructor(options: PromHistogramOptions) {
    super(options);
    this.#empty = new Histogram({ ...options, registers: [] });
    this.#buckets = new Buckets(options.buckets);
    // As prom-client does: without labels there is one series, from the beginning.
    if (options.labelNames.length === 0) this.#buckets.begin(unlabelled);
  }

  /** `labels`: the same object for the same labels. */
  time(labels: Labels, value: number): void {
    this.#buckets.add(labels, value);
  }

  override async get(): Promise<Collected> {
    const collected = await this.#empty.get();
    const bounds = this.#buckets.bounds;
    const values = [...this.#buckets.all].flatMap((each) => valuesOf(collected.name, bounds, each));
    return { ...collected, values };
  }

  /** What prom-client's register asks for a text, where a metric has it; it is not in its types. */
  getForPromString(): Promise<Collected> {
    return this.get();
  }

  override reset(): void {
    // prom-client's constructor calls it, when there is nothing yet.
    if (#buckets in this) this.#buckets.clear();
  }
}

/** The text format of Prometheus: each bucket counts those below it too. */
function valuesOf(name: string, bounds: readonly number[], observed: Observed): Value[] {
  const { labels, counts, sum, count } = observed;
  let upTo = 0;
  const buckets = bounds.map((le, at) => {
    upTo += counts[at] ?? 0;
    return { labels: { le, ...labels }, value: upTo, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels: { le: '+Inf', ...labels }, value: count, metricName: `${name}_bucket` },
    { labels: { ...labels }, value: sum, metricName: `${name}_sum` },
    { labels: { ...labels }, value: count, metricName: `${name}_count` },
  ];
}
