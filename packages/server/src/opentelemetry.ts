import { type Meter, metrics, type ObservableCallback } from '@opentelemetry/api';
import type { ManagedServer } from './managed-server.ts';
import { counters, durations, gauges, secondsBuckets } from './metrics/instruments.ts';
import { mapValues } from './metrics/map-values.ts';
import { measureServer, readGauge } from './metrics/measure-server.ts';

/** Where OpenTelemetry's metrics of a server go. */
export interface OpenTelemetryOptions {
  /** Default: the global provider's, named `@farewell/server`. */
  readonly meter?: Meter;
  /** Added to each measurement, to tell servers apart for example. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Makes the instruments of a server and feeds them from now on. Gives a function that stops it. Each
 * ending is then looked at, with one question to the kernel where koffi is installed; without metrics that
 * is left out.
 */
export function openTelemetryMetrics(
  server: ManagedServer,
  { meter = metrics.getMeter('@farewell/server'), attributes = {} }: OpenTelemetryOptions = {},
): () => void {
  const made = {
    // Not observable ones: servers with the same attributes add up, and nothing is lost that is collected after the stop.
    counters: mapValues(counters, ({ name, help }) =>
      meter.createCounter(name, { description: help }),
    ),
    durations: mapValues(durations, ({ name, help }) => {
      const advice = { explicitBucketBoundaries: secondsBuckets };
      return meter.createHistogram(name, { description: help, unit: 's', advice });
    }),
  };
  const { stop } = measureServer(
    server,
    (name, seconds, labels) => made.durations[name].record(seconds, { ...attributes, ...labels }),
    (name, labels) => made.counters[name].add(1, { ...attributes, ...labels }),
  );
  const stops = Object.entries(gauges).map(([key, { name, help }]) => {
    const gauge = meter.createObservableGauge(name, { description: help });
    const read: ObservableCallback = (result) => {
      for (const { labels, value } of readGauge(server, key as keyof typeof gauges))
        result.observe(value, { ...attributes, ...labels });
    };
    gauge.addCallback(read);
    return () => gauge.removeCallback(read);
  });
  return () => [stop, ...stops].forEach((each) => each());
}
