import { connect } from '@farewell/client/node';
import { openTelemetryMetrics } from '@farewell/server/opentelemetry';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { serving } from '../support/serving.ts';

test('the same measurements through OpenTelemetry, with the attributes asked for', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  await using serves = await serving({ maxConnections: 2 });
  const stop = openTelemetryMetrics(serves.server, {
    meter: provider.getMeter('test'),
    attributes: { service: 'chat' },
  });
  const [client] = await serves.clients(2);
  await connect(serves.url).closed;
  await client?.close(4002);
  await expect.poll(() => serves.server.connections.size).toBe(1);
  await reader.forceFlush();
  const [exported] = exporter.getMetrics();
  const points = Object.fromEntries(
    (exported?.scopeMetrics[0]?.metrics ?? []).map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }) => [attributes, value]),
    ]),
  );
  const service = 'chat';
  expect(points).toMatchObject({
    'farewell.opened': [[{ service }, 2]],
    'farewell.endings': [[{ service, cause: 'closing-handshake', code: '4002' }, 1]],
    'farewell.refusals': [[{ service, cause: 'max-connections' }, 1]],
  });
  expect(points['farewell.connections']).toContainEqual([{ service, ready_state: 'OPEN' }, 1]);
  const phases = points['farewell.close']?.map(([attributes]) => attributes);
  expect(phases).toContainEqual({ service, phase: 'closing-handshake' });
  stop();
  await provider.shutdown();
});

test('what two servers with the same attributes count adds up, also when it is collected after they stopped', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  await using first = await serving();
  await using second = await serving();
  const stops = [first, second].map(({ server }) => openTelemetryMetrics(server, { meter }));
  await first.clients(1);
  await second.clients(2);
  for (const stop of stops) stop();
  await reader.forceFlush();
  const [exported] = exporter.getMetrics();
  const opened = exported?.scopeMetrics[0]?.metrics.find(
    ({ descriptor }) => descriptor.name === 'farewell.opened',
  );
  expect(opened?.dataPoints.map(({ value }) => value)).toEqual([3]);
  await reader.shutdown();
});
