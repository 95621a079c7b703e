import { channel } from 'node:diagnostics_channel';
import { connect } from '@farewell/client/node';
import { promMetrics } from '@farewell/server/prom-client';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { mutePeer, serving } from '../support/serving.ts';

/** The values of a metric, by its labels. */
async function valuesOf(register: Registry, name: string): Promise<Record<string, number>> {
  const metric = await register.getSingleMetric(name)?.get();
  return Object.fromEntries(
    (metric?.values ?? []).map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

test('connections by readyState, endings by cause and code, refusals and limits', async () => {
  await using serves = await serving({
    maxConnections: 3,
    messageRate: { messages: 1, interval: 60_000 },
  });
  const register = new Registry();
  const stop = promMetrics(serves.server, { register });
  const [first, second] = await serves.clients(3);
  expect(await valuesOf(register, 'farewell_connections')).toEqual({
    CONNECTING: 0,
    OPEN: 3,
    CLOSING: 0,
    CLOSED: 0,
  });
  await connect(serves.url).closed;
  await first?.close(4001);
  void second?.send('one');
  void second?.send('two');
  await second?.closed;
  await expect.poll(() => serves.server.connections.size).toBe(1);
  expect(await valuesOf(register, 'farewell_opened_total')).toEqual({ '': 3 });
  expect(await valuesOf(register, 'farewell_endings_total')).toEqual({
    'closing-handshake 4001': 1,
    'closing-handshake 1008': 1,
  });
  expect(await valuesOf(register, 'farewell_refusals_total')).toEqual({ 'max-connections': 1 });
  expect(await valuesOf(register, 'farewell_limits_total')).toEqual({ 'message-rate': 1 });
  stop();
});

test('an event is counted once however often it is collected, and a reset counts from zero', async () => {
  await using serves = await serving();
  const register = new Registry();
  const stop = promMetrics(serves.server, { register });
  const opened = (): Promise<Record<string, number>> => valuesOf(register, 'farewell_opened_total');
  expect(await opened()).toEqual({ '': 0 });
  await serves.clients(2);
  expect([await opened(), await opened()]).toEqual([{ '': 2 }, { '': 2 }]);
  register.resetMetrics();
  await serves.clients(1);
  expect(await opened()).toEqual({ '': 1 });
  stop();
});

test('durations of closing by phase, and round trips of heartbeats', async () => {
  await using serves = await serving({ heartbeat: { interval: 30, timeout: 5_000 } });
  const register = new Registry();
  const stop = promMetrics(serves.server, { register, prefix: 'chat_' });
  const [client] = await serves.clients(1);
  const countOf = async (name: string): Promise<unknown> => {
    const text = await register.getSingleMetricAsString(name);
    return Number(new RegExp(`^${name}_count(?:{[^}]*total[^}]*})? (\\d+)$`, 'm').exec(text)?.[1]);
  };
  await expect.poll(() => countOf('chat_farewell_heartbeat_seconds')).toBeGreaterThan(0);
  await client?.close();
  await expect.poll(() => countOf('chat_farewell_close_seconds')).toBe(1);
  const text = await register.metrics();
  expect(text).toContain('chat_farewell_close_seconds_count{phase="closing-handshake"} 1');
  expect(text).toContain('chat_farewell_close_seconds_count{phase="tcp"} 1');
  stop();
});

test('the progress of a drain, which is absent while there is none', async () => {
  await using serves = await serving({ closeTimeout: 200 });
  const register = new Registry();
  const stop = promMetrics(serves.server, { register });
  await serves.clients(2);
  await using _ = await mutePeer(serves.server);
  expect(await valuesOf(register, 'farewell_drain_connections')).toEqual({});
  const drained = serves.server.drain();
  expect(await valuesOf(register, 'farewell_drain_connections')).toMatchObject({ waiting: 0 });
  await drained;
  expect(await valuesOf(register, 'farewell_drain_connections')).toEqual({
    waiting: 0,
    closing: 0,
    clean: 2,
    forced: 1,
    lost: 0,
  });
  stop();
});

test('peers cannot make time series without bound by their choice of codes', async () => {
  await using serves = await serving();
  const register = new Registry();
  const stop = promMetrics(serves.server, { register });
  const clients = await serves.clients(60);
  await Promise.all(clients.map((client, index) => client.close(4000 + index)));
  await expect.poll(() => serves.server.connections.size).toBe(0);
  const endings = await valuesOf(register, 'farewell_endings_total');
  expect(Object.keys(endings)).toHaveLength(51);
  expect(endings['closing-handshake other']).toBe(10);
  stop();
});

test('stopped, it leaves nothing in the register and listens no more', async () => {
  await using serves = await serving();
  const register = new Registry();
  const closed = channel('farewell:connection:closed');
  expect(closed.hasSubscribers).toBe(false);
  promMetrics(serves.server, { register })();
  expect(register.getMetricsAsArray()).toEqual([]);
  expect(closed.hasSubscribers).toBe(false);
  promMetrics(serves.server, { register })();
});
