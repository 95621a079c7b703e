import { EventEmitter, once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from '@farewell/client/node';
import type { ManagedConnection } from '@farewell/connection';
import type { Ending, ManagedServer, ServerOptions } from '@farewell/server';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { serving } from '../support/serving.ts';

const refusalOf = async (url: string, headers = {}): Promise<unknown> => {
  const { httpStatus, retryAfter } = await connect(url, { headers }).closed;
  return [httpStatus, retryAfter === null ? null : retryAfter >= 1_000];
};

test('one connection more than maxConnections gets 503 and Retry-After, until a seat is free', async () => {
  await using serves = await serving({ maxConnections: 2 });
  const [first] = await serves.clients(2);
  expect(await refusalOf(serves.url)).toEqual([503, true]);
  await first?.close();
  await expect.poll(() => serves.server.connections.size).toBe(1);
  await serves.clients(1);
  expect(serves.server.counts).toEqual({
    opened: 3,
    refusals: { 'max-connections': 1 },
    limits: {},
  });
});

test('an upgrade that waits for authenticate takes a seat, and gives it back if it fails', async () => {
  const authentication = new EventEmitter();
  await using serves = await serving({
    maxConnections: 1,
    authenticate: async ({ headers }) => {
      if (headers.authorization === undefined) return undefined;
      authentication.emit('asked');
      await once(authentication, 'answered');
      return { status: 401 };
    },
  });
  const asked = once(authentication, 'asked');
  const slow = refusalOf(serves.url, { authorization: 'wrong' });
  await asked;
  expect(await refusalOf(serves.url)).toEqual([503, true]);
  authentication.emit('answered');
  expect(await slow).toEqual([401, null]);
  await serves.clients(1);
});

const from = (address: string): { headers: Record<string, string> } => ({
  headers: { 'X-Forwarded-For': address },
});

test('maxConnectionsPerAddress answers 429, by the address that a trusted proxy forwards', async () => {
  const trustedProxies = { addresses: ['127.0.0.1'] };
  await using serves = await serving({ maxConnectionsPerAddress: 1, trustedProxies });
  const seen: string[] = [];
  serves.server.on('connection', (_, request) => {
    seen.push(serves.server.clientAddress(request));
  });
  await connect(serves.url, from('203.0.113.1')).opened;
  await connect(serves.url, from('2001:db8:1:1::1')).opened;
  expect(await refusalOf(serves.url, from('203.0.113.1').headers)).toEqual([429, true]);
  expect(await refusalOf(serves.url, from('2001:db8:1:1::2').headers)).toEqual([429, true]);
  await connect(serves.url, from('2001:db8:1:2::1')).opened;
  expect(seen).toEqual(['203.0.113.1', '2001:db8:1:1::1', '2001:db8:1:2::1']);
  expect(serves.server.counts.refusals).toEqual({ 'max-connections-per-address': 2 });
});

async function tcp(port: number): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  const answer = once(socket, 'close').then(() => text);
  await once(socket, 'connect');
  return { socket, answer };
}

test('a client that says nothing, and one that drips its request, are told 408 at openTimeout', async () => {
  await using serves = await serving({ openTimeout: 300 });
  const [mute, dripping] = [await tcp(serves.port), await tcp(serves.port)];
  const startedAt = performance.now();
  const request = `GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ${'y'.repeat(10_000)}`;
  let sent = 0;
  const drip = setInterval(() => dripping.socket.write(request[sent++] ?? 'y'), 5);
  const answers = await Promise.all([mute.answer, dripping.answer]);
  clearInterval(drip);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
  expect(serves.server.counts.refusals).toEqual({ 'handshake-timeout': 2 });
});

test('the handshake deadline leaves connections that opened in time alone', async () => {
  await using serves = await serving({ openTimeout: 500 });
  const [client] = await serves.clients(1);
  const late = await tcp(serves.port);
  expect(await late.answer).toContain('408');
  expect(client?.readyState).toBe('OPEN');
});

test('an opening handshake that ws refuses is counted', async () => {
  await using serves = await serving();
  const { socket, answer } = await tcp(serves.port);
  const lines = ['GET / HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
  socket.write(`${[...lines, 'Sec-WebSocket-Version: 13'].join('\r\n')}\r\n\r\n`);
  expect(await answer).toContain('400 Bad Request');
  expect(serves.server.counts.refusals).toEqual({ 'bad-handshake': 1 });
});

test('maxConnectionAge closes with 1001, each at an age of its own', async () => {
  await using serves = await serving({ maxConnectionAge: { age: 400, jitter: 200 } });
  const closed: Promise<Ending>[] = [];
  serves.server.on('connection', (connection) => closed.push(connection.closed));
  await serves.clients(20);
  const endings = await Promise.all(closed);
  const ages = endings.map(({ phases }) => phases.endedAt - Number(phases.openedAt));
  for (const { code, reason, wasClean } of endings)
    expect([code, reason, wasClean]).toEqual([1001, 'maximum age reached', true]);
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(200);
  expect(Math.max(...ages) - Math.min(...ages)).toBeGreaterThan(20);
  expect(serves.server.counts.limits).toEqual({ 'max-connection-age': 20 });
});

test('one message too many closes with 1008 and is not handed on', async () => {
  await using serves = await serving({ messageRate: { messages: 5, interval: 60_000 } });
  let received = 0;
  serves.server.on('connection', (connection) => {
    connection.on('message', () => {
      received += 1;
    });
  });
  const [client] = await serves.clients(1);
  for (let sent = 0; sent < 20; sent++) void client?.send('hello');
  expect(await client?.closed).toMatchObject({ code: 1008, reason: 'too many messages' });
  expect(received).toBe(5);
  expect(serves.server.counts.limits).toEqual({ 'message-rate': 1 });
});

/** A server, and a client that does not read what it is flooded with. */
async function flooding(
  options: Partial<ServerOptions>,
): Promise<
  AsyncDisposable & { server: ManagedServer; connection: ManagedConnection; client: WebSocket }
> {
  const serves = await serving({ closeTimeout: 300, flushTimeout: 60_000, ...options });
  serves.server.on('error', () => {});
  const connected = once(serves.server, 'connection') as Promise<[ManagedConnection]>;
  const client = new WebSocket(serves.url);
  client.on('error', () => {});
  await once(client, 'open');
  client.pause();
  const [connection] = await connected;
  for (let round = 0; connection.bufferedAmount < 200_000 && round < 1_000; round++)
    void connection.send(new Uint8Array(1 << 18));
  return {
    server: serves.server,
    connection,
    client,
    async [Symbol.asyncDispose]() {
      client.terminate();
      await serves[Symbol.asyncDispose]();
    },
  };
}

test('a slow consumer is closed once too many bytes are unsent for too long', async () => {
  await using floods = await flooding({
    slowConsumer: { bytes: 100_000, duration: 200, action: 'close' },
  });
  const { cause } = await floods.connection.closed;
  // Its Close frame waits behind what is unsent: nobody reads it.
  expect(cause).toBe('closing-handshake-deadline');
  expect(floods.server.counts.limits).toEqual({ 'slow-consumer': 1 });
});

test('a slow consumer loses messages, told to whoever sends, until it reads again', async () => {
  await using floods = await flooding({
    slowConsumer: { bytes: 100_000, duration: 50, action: 'drop' },
  });
  const { connection, client, server } = floods;
  await expect.poll(() => server.counts.limits).toEqual({ 'slow-consumer': 1 });
  await expect(connection.send('lost')).rejects.toMatchObject({ code: 'FAREWELL_SLOW_CONSUMER' });
  const last = new Promise((resolve) => {
    client.on('message', (data: Buffer, isBinary) => isBinary || resolve(data.toString()));
  });
  client.resume();
  await expect.poll(() => connection.bufferedAmount).toBe(0);
  await connection.send('not lost');
  expect(await last).toBe('not lost');
});

test('a slow consumer is not read from until it reads', async () => {
  await using floods = await flooding({
    slowConsumer: { bytes: 100_000, duration: 50, action: 'pause' },
  });
  const { connection, client, server } = floods;
  const received: unknown[] = [];
  connection.on('message', (message) => received.push(message));
  await expect.poll(() => server.counts.limits).toEqual({ 'slow-consumer': 1 });
  client.send('a question more');
  await expect.poll(() => client.bufferedAmount).toBe(0);
  expect(received).toEqual([]);
  client.resume();
  await expect.poll(() => received).toEqual(['a question more']);
});

test('a consumer that recovers in time is left alone', async () => {
  await using floods = await flooding({
    slowConsumer: { bytes: 100_000, duration: 30_000, action: 'close' },
  });
  floods.client.resume();
  await expect.poll(() => floods.connection.bufferedAmount).toBe(0);
  expect(floods.server.counts.limits).toEqual({});
  expect(floods.connection.readyState).toBe('OPEN');
});

test('wrong limits say what was expected', async () => {
  const wrong: readonly (readonly [Partial<ServerOptions>, string])[] = [
    [{ maxConnections: 0 }, 'Expected `maxConnections` to be a number from 1'],
    [{ maxConnectionAge: { age: 5, jitter: 6 } }, 'maxConnectionAge.jitter'],
    [{ messageRate: { messages: Number.NaN, interval: 1 } }, 'messageRate.messages'],
    [{ slowConsumer: { bytes: 1, duration: -1, action: 'drop' } }, 'slowConsumer.duration'],
    [{ trustedProxies: { addresses: ['x'] } }, 'trustedProxies.addresses'],
  ];
  for (const [options, message] of wrong) await expect(serving(options)).rejects.toThrow(message);
});
