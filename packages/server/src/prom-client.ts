import { Counter, Gauge, register as processRegister, type Registry } from 'prom-client';
import type { ManagedServer } from './managed-server.ts';
import { counters, durations, gauges, secondsBuckets } from './metrics/instruments.ts';
import { mapValues } from './metrics/map-values.ts';
import { measureServer, readGauge } from './metrics/measure-server.ts';
import { PromHistogram } from './metrics/prom-histogram.ts';
import type { Series } from './metrics/series.ts';

/** Where prom-client's metrics of a server go. */
export interface PromClientOptions {
  /** Default: prom-client's own, of the process. */
  readonly register?: Registry;
  /** Before each name. A second server in one register needs another. */
  readonly prefix?: string;
}

/**
 * Registers the metrics of a server with prom-client and feeds them from now on. Gives a function that
 * stops it and takes them out of the register again. Each ending is then looked at, with one question to
 * the kernel where koffi is installed; without metrics that is left out.
 */
export function promMetrics(
  server: ManagedServer,
  { register = processRegister, prefix = '' }: PromClientOptions = {},
): () => void {
  const nameOf = (name: string): string => `${prefix}${name.replaceAll('.', '_')}`;
  const registers = [register];
  const made = {
    counters: mapValues(counters, ({ name, help, labels }, key) => {
      const labelNames: string[] = [...labels];
      const told = new Map<Series, number>();
      return new Counter({
        name: `${nameOf(name)}_total`,
        help,
        labelNames,
        registers,
        collect() {
          for (const series of measured.counts(key)) {
            this.inc(series.labels, series.value - (told.get(series) ?? 0));
            told.set(series, series.value);
          }
        },
      });
    }),
    durations: mapValues(durations, ({ name, help, labels }) => {
      const labelNames: string[] = [...labels];
      const buckets = [...secondsBuckets];
      return new PromHistogram({
        name: `${nameOf(name)}_seconds`,
        help,
        labelNames,
        buckets,
        registers,
      });
    }),
    gauges: mapValues(gauges, ({ name, help, labels }, key) => {
      const labelNames: string[] = [...labels];
      return new Gauge({
        name: nameOf(name),
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const { labels, value } of readGauge(server, key)) this.set(labels, value);
        },
      });
    }),
  };
  const measured = measureServer(server, (name, seconds, labels) =>
    made.durations[name].time(labels, seconds),
  );
  return () => {
    measured.stop();
    for (const kind of Object.values(made))
      for (const { name } of Object.values(kind) as { readonly name: string }[])
        register.removeSingleMetric(name);
  };
}
