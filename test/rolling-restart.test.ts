import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test, vi } from 'vitest';
import { type Backend, startBackend } from './rolling-restart/backend.ts';
import {
  base,
  type Client,
  type Loss,
  managedClient,
  plainClient,
} from './rolling-restart/clients.ts';
import { freePort, type ProxyName, startProxy } from './rolling-restart/proxy.ts';
import { describeWith } from './support/requires.ts';

/** What the servers ask their clients to wait, ms: as many clients come back in a second as share one. */
const retryAfter = { min: 500, max: 4_500 };
const drain = { retryAfter, reason: 'restarting' };
const second = 1_000;

interface Stage {
  readonly clients: readonly Client[];
  /** How late this process was with its own timers. */
  readonly loop: IntervalHistogram;
}

describeWith(['nginx'], 'a rolling restart of two servers behind nginx', () => {
  test('keeps none of 2,000 clients waiting beyond its delay, nor asks for more than its rate', () =>
    rollingRestart('nginx', 2_000));
});

describeWith(['haproxy'], 'a rolling restart of two servers behind HAProxy', () => {
  test('keeps none of 400 clients waiting beyond its delay, nor asks for more than its rate', () =>
    rollingRestart('haproxy', 400));
});

async function rollingRestart(name: ProxyName, count: number): Promise<void> {
  const ports = [await freePort(), await freePort()] as const;
  await using proxy = await startProxy(name, ports);
  await using one = await startBackend(ports[0], drain);
  await using other = await startBackend(ports[1], drain);
  const clients = await openAll(`ws://127.0.0.1:${proxy.port}/`, count);
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  await using newOne = await restart(ports[0], one, { clients, loop });
  await using newOther = await restart(ports[1], other, { clients, loop });
  await Promise.all(clients.map((client) => client.echo()));
  await Promise.all(clients.map((client) => client.close()));
  const stopped = await Promise.all([newOne.stop(), newOther.stop()]);
  expect(stopped).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
}

/** Half of them ours, half of them ws's. */
async function openAll(url: string, count: number): Promise<readonly Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const next = Array.from({ length: 25 }, () => [managedClient(url), plainClient(url)]);
    clients.push(...(await Promise.all(next.flat())));
  }
  return clients;
}

/** Stops a server, starts another in its place when it is gone, and waits until all clients are back. */
async function restart(port: number, old: Backend, { clients, loop }: Stage): Promise<Backend> {
  loop.reset();
  const before = clients.map((client) => client.losses.length);
  const { exitCode, report } = await old.stop();
  expect(exitCode, report.text).toBe(0);
  expect(report, report.text).toMatchObject({ forced: 0, lost: 0 });
  const next = await startBackend(port, drain);
  const isBack = (): void => expect(clients.filter((each) => !each.isOpen())).toHaveLength(0);
  await vi.waitFor(isBack, { timeout: 30_000, interval: 50 });
  const losses = clients.flatMap((client, index) => client.losses.slice(before[index]));
  expect(losses).toHaveLength(report.connections);
  expect(losses.length).toBeGreaterThanOrEqual(clients.length / 2 - 25);
  expectPatience(losses, loop.max / 1e6);
  expectRate(losses, loop.max / 1e6);
  return next;
}

/**
 * What a busy machine may add between a Close frame and its handler, ms: 400 or 2,000 clients share an event
 * loop with the measurement, which itself tells only of the longest turn.
 */
const stalled = 500;

/** Each was told when to come back, and was back at its first attempt, not before and no later. */
function expectPatience(losses: readonly Loss[], lateness: number): void {
  for (const { at, code, asked, delay, attempts, openedAt } of losses) {
    const facts = JSON.stringify({ at, code, asked, delay, attempts, openedAt, lateness });
    const [attemptedAt = Number.NaN] = attempts;
    expect(code, facts).toBe(1012);
    expect(attempts, facts).toHaveLength(1);
    expect(openedAt, facts).toBeGreaterThan(attemptedAt);
    // A reason has tenths of a second, rounded up.
    expect(asked, facts).toBeGreaterThanOrEqual(retryAfter.min);
    expect(asked, facts).toBeLessThanOrEqual(retryAfter.max + 100);
    expect(delay, facts).toBeLessThanOrEqual((asked ?? 0) + base);
    expect(attemptedAt - at, facts).toBeGreaterThanOrEqual((asked ?? 0) - 1);
    expect(attemptedAt - at, facts).toBeLessThanOrEqual(delay + lateness + stalled);
  }
}

/**
 * No second had more attempts than share one among the delays. What a client adds to its delay, and how far
 * apart they were told and how late their timers were, can move attempts together, by no more than that.
 */
function expectRate(losses: readonly Loss[], lateness: number): void {
  const rate = losses.length / (retryAfter.max - retryAfter.min);
  const told = losses.map(({ at }) => at).toSorted((a, b) => a - b);
  const closing = (told.at(-1) ?? 0) - (told[0] ?? 0);
  const roundedUp = 100;
  const attempts = losses.flatMap((loss) => loss.attempts).toSorted((a, b) => a - b);
  const peak = Math.max(...attempts.map((from) => within(attempts, from)));
  const most = rate * (second + base + roundedUp + closing + lateness);
  console.log(
    `${losses.length} clients, ${Math.round(rate * second)}/s asked for: ${peak} in the busiest second` +
      ` (closing took ${Math.round(closing)} ms, timers were up to ${Math.round(lateness)} ms late)`,
  );
  expect(peak).toBeLessThanOrEqual(Math.ceil(most));
}

function within(attempts: readonly number[], from: number): number {
  return attempts.filter((at) => at >= from && at < from + second).length;
}
