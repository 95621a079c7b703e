import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from '@farewell/client/node';
import { retryAfterIn } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import type { DrainProgress } from '@farewell/server';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { mutePeer, serving } from '../support/serving.ts';

test('every connection gets a Close frame with a delay of its own, and the report counts them', async () => {
  await using serves = await serving();
  const clients = await serves.clients(40);
  const retryAfter = { min: 2_000, max: 6_000 };
  const report = await serves.server.drain({
    batchSize: 10,
    batchInterval: 5,
    reason: 'restarting',
    retryAfter,
  });
  const endings = await Promise.all(clients.map((client) => client.closed));
  for (const ending of endings) {
    expect(ending).toMatchObject({ code: 1012, wasClean: true });
    expect(ending.reason).toMatch(/^restarting; retry-after=\d/);
  }
  const delays = endings.map(({ reason }) => Number(retryAfterIn(reason)));
  // One in each fortieth of the range, in tenths of a second, rounded up.
  delays.forEach((delay, index) => {
    expect(delay).toBeGreaterThanOrEqual(2_000 + index * 100);
    expect(delay).toBeLessThanOrEqual(2_000 + (index + 1) * 100 + 100);
  });
  expect(report).toMatchObject({
    connections: 40,
    clean: 40,
    forced: 0,
    lost: 0,
    isTimedOut: false,
    causes: { 'closing-handshake': 40 },
    stragglers: [],
    cutIn: null,
  });
  expect(report.text).toMatch(/^drained 40 connections in \d\.\d s: 40 closed cleanly$/);
});

test('an application message comes before the Close frame, made for each connection', async () => {
  await using serves = await serving();
  const clients = await serves.clients(3);
  let made = 0;
  const read = Promise.all(
    clients.map(async (client) => {
      const messages: unknown[] = [];
      for await (const message of client) messages.push(message);
      return messages;
    }),
  );
  const drained = serves.server.drain({ message: () => `goodbye ${++made}`, messageLead: 50 });
  await expect.poll(() => made).toBe(3);
  expect(serves.server.drainProgress).toMatchObject({ waiting: 3, closing: 0 });
  await drained;
  expect(new Set((await read).flat())).toEqual(new Set(['goodbye 1', 'goodbye 2', 'goodbye 3']));
});

function noMessage(): string {
  throw new Error('no message today');
}

test('a message that cannot be made reaches error, and its connection is drained all the same', async () => {
  await using serves = await serving();
  const errors: unknown[] = [];
  serves.server.on('error', (error) => errors.push(error));
  await serves.clients(2);
  expect(await serves.server.drain({ message: noMessage })).toMatchObject({ clean: 2 });
  expect(errors.map(String)).toEqual(['Error: no message today', 'Error: no message today']);
});

/** What an HTTP client gets for an upgrade. */
async function upgrade(port: number): Promise<{ status?: number; retryAfter?: string }> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const sent = request({ port, host: '127.0.0.1', headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return { status: response.statusCode, retryAfter: response.headers['retry-after'] };
}

test('upgrades are refused with 503 and Retry-After from the first moment on', async () => {
  let letIn: (() => void) | undefined;
  const asked = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  let isHeld = false;
  await using serves = await serving({
    authenticate: async () => {
      if (isHeld) await asked;
      return undefined;
    },
  });
  await using mute = await mutePeer(serves.server);
  expect(mute.remotePort).toBeGreaterThan(0);
  isHeld = true;
  const underWay = upgrade(serves.port);
  await expect.poll(() => serves.server.connections.size).toBe(1);
  const drained = serves.server.drain({ timeout: 1_500, retryAfter: { min: 4_200, max: 4_900 } });
  expect(await upgrade(serves.port)).toEqual({ status: 503, retryAfter: '5' });
  letIn?.();
  expect(await underWay).toEqual({ status: 503, retryAfter: '5' });
  const refused = await connect(serves.url).closed;
  expect(refused).toMatchObject({ cause: 'opening-refused', httpStatus: 503, retryAfter: 5_000 });
  expect(await drained).toMatchObject({ connections: 1, refused: 3 });
});

test('what has not ended by the deadline is aborted, and named with its cause', async () => {
  await using serves = await serving({ closeTimeout: 300 });
  await using peer = await mutePeer(serves.server);
  await using patient = await serving();
  await using other = await mutePeer(patient.server);
  const [early, late] = await Promise.all([
    serves.server.drain({ timeout: 20_000 }),
    patient.server.drain({ timeout: 500 }),
  ]);
  expect(early).toMatchObject({ forced: 1, causes: { 'closing-handshake-deadline': 1 } });
  expect(early.isTimedOut).toBe(false);
  expect(early.stragglers).toMatchObject([
    { remoteAddress: '127.0.0.1', remotePort: peer.remotePort },
  ]);
  expect(late).toMatchObject({ forced: 1, causes: { 'drain-deadline': 1 }, isTimedOut: true });
  expect(late.stragglers[0]).toMatchObject({ remotePort: other.remotePort });
  expect(late.text).toContain('1 forced, 0 lost (1 drain-deadline); the timeout was over');
  expect(late.elapsed).toBeGreaterThanOrEqual(500);
  using namespace = openNamespace({ kind: 'own' });
  const rows = namespace
    .readTable({ tcpInfo: false })
    .rows.filter((row) => row.localPort === serves.port || row.localPort === patient.port);
  expect(rows).toEqual([]);
});

test('a connection that the application closes meanwhile keeps its code, and is counted', async () => {
  await using serves = await serving();
  const clients = await serves.clients(2);
  const [first] = serves.server.connections;
  const drained = serves.server.drain({ messageLead: 60 });
  void first?.close(4001, 'mine');
  expect(await drained).toMatchObject({ connections: 2, clean: 2 });
  const codes = await Promise.all(clients.map(async (client) => (await client.closed).code));
  expect(new Set(codes)).toEqual(new Set([1012, 4001]));
});

test('a drain is asked for once: the same promise, and close cuts it short', async () => {
  await using serves = await serving();
  await using _ = await mutePeer(serves.server);
  const seen: DrainProgress[] = [];
  serves.server.on('drain', (progress) => seen.push(progress));
  const drained = serves.server.drain({ timeout: 60_000 });
  expect(serves.server.drain({ timeout: 1 })).toBe(drained);
  await expect.poll(() => seen.some(({ closing }) => closing === 1)).toBe(true);
  for (const connection of serves.server.connections) void connection.terminate();
  expect(await drained).toMatchObject({ forced: 1, causes: { terminated: 1 } });
  expect(seen.at(-1)).toMatchObject({ waiting: 0, closing: 0, forced: 1 });
});

test('a drain waits for what was deferred, and not beyond its timeout', async () => {
  const released: string[] = [];
  const holding = async (timeout: number, release: () => unknown): Promise<void> => {
    await using serves = await serving();
    serves.server.on('connection', (connection) => connection.defer(release));
    await serves.clients(1);
    await serves.server.drain({ timeout });
    released.push(`drained of ${timeout}`);
  };
  await holding(20_000, async () => {
    await new Promise(setImmediate);
    await fetch('data:,').then((response) => response.text());
    released.push('released');
  });
  await holding(300, () => new Promise(() => {}));
  expect(released).toEqual(['released', 'drained of 20000', 'drained of 300']);
});

test('a server without connections is drained at once', async () => {
  await using serves = await serving();
  const report = await serves.server.drain();
  expect(report).toMatchObject({ connections: 0, clean: 0 });
  expect(serves.server.drainProgress).toMatchObject({ elapsed: report.elapsed });
  await expect(upgrade(serves.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('others can read the delay: a bare ws client sees it in the reason', async () => {
  await using serves = await serving();
  const client = new WebSocket(serves.url);
  const closed = once(client, 'close');
  await once(client, 'open');
  await serves.server.drain({ retryAfter: { min: 3_000, max: 3_000 } });
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([1012, 'retry-after=3']);
});
