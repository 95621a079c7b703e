import { type Meter, metrics, type Observable, type ObservableCallback } from '@opentelemetry/api';
import type { ManagedServer } from './managed-server.ts';
import {
  counters,
  durations,
  gauges,
  type Reading,
  secondsBuckets,
} from './metrics/instruments.ts';
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
  const made = mapValues(durations, ({ name, help }) => {
    const advice = { explicitBucketBoundaries: secondsBuckets };
    return meter.createHistogram(name, { description: help, unit: 's', advice });
  });
  const measured = measureServer(server, (name, seconds, labels) =>
    made[name].record(seconds, { ...attributes, ...labels }),
  );
  const observe = (instrument: Observable, read: () => readonly Reading[]): (() => void) => {
    const callback: ObservableCallback = (result) => {
      for (const { labels, value } of read()) result.observe(value, { ...attributes, ...labels });
    };
    instrument.addCallback(callback);
    return () => instrument.removeCallback(callback);
  };
  const stops = [
    ...Object.values(
      mapValues(counters, ({ name, help }, key) => {
        const counter = meter.createObservableCounter(name, { description: help });
        return observe(counter, () => measured.counts(key));
      }),
    ),
    ...Object.values(
      mapValues(gauges, ({ name, help }, key) => {
        const gauge = meter.createObservableGauge(name, { description: help });
        return observe(gauge, () => readGauge(server, key));
      }),
    ),
  ];
  return () => [measured.stop, ...stops].forEach((each) => each());
}
