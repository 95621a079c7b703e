import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { connect } from '@farewell/client/node';
import { connectRawPeer, type RawPeer, type Step } from '@farewell/probe';
import { createServer, type ManagedConnection } from '@farewell/server';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { certificate, subject } from './support/subject.ts';

const host = '127.0.0.1';
const open: readonly Step[] = [{ do: 'open' }, { do: 'wait', for: 'handshake' }];

test('the first pings of connections opened together spread over the interval', async () => {
  const interval = 1_000;
  await using server = createServer({ port: 0, host, heartbeat: { interval, timeout: 30_000 } });
  const { port } = await server.listening;
  const script = { name: 'answers', steps: open };
  const peers = await Promise.all(
    Array.from({ length: 60 }, () => connectRawPeer(script, { host, port })),
  );
  await Promise.all(peers.map((peer) => peer.until((seen) => seen.some(isPing))));
  const delays = peers.map(firstPingDelay);
  const [early, late] = [
    delays.filter((each) => each < interval / 2),
    delays.filter((each) => each >= interval / 2),
  ];
  // Of 60 thrown at random, fewer than 10 on one side would be a one in 10^7 chance.
  expect(Math.min(early.length, late.length)).toBeGreaterThanOrEqual(10);
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
});

test('a peer that was heard within the interval is not pinged', async () => {
  const interval = 3_000;
  await using server = createServer({ port: 0, host, heartbeat: { interval } });
  const { port } = await server.listening;
  const talk: Step[] = Array.from({ length: 30 }, () => [
    { do: 'frame', frame: { opcode: 1 } } as const,
    { do: 'pause', ms: 10 } as const,
  ]).flat();
  const steps = [...open, ...talk];
  await using peer = await connectRawPeer({ name: 'talks', steps }, { host, port });
  await peer.played;
  const [connection] = server.connections;
  await connection?.close();
  // The first ping may have been due before the first frame arrived.
  expect(peer.seen.filter(isPing).length).toBeLessThanOrEqual(1);
});

test('an interval that is shorter than the timeout is kept: a ping that was answered does not hold up the next', async () => {
  const heartbeat = { interval: 100, timeout: 60_000 };
  await using server = createServer({ port: 0, host, heartbeat });
  const { port } = await server.listening;
  await using peer = await connectRawPeer({ name: 'answers', steps: open }, { host, port });
  await peer.until((seen) => seen.filter(isPing).length === 3);
});

test('while reading is paused no ping is sent and nobody is taken for dead', async () => {
  await using server = createServer({ port: 0, host, heartbeat: { interval: 30, timeout: 30 } });
  const { port } = await server.listening;
  const client = await connect(`ws://${host}:${port}`, { heartbeat: false }).opened;
  const [connection] = server.connections;
  connection?.pause();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(connection?.readyState).toBe('OPEN');
  connection?.resume();
  expect((await client.close()).wasClean).toBe(true);
});

test('a pong that nobody asked for is a sign of life, and no measure of latency', async () => {
  const heartbeat = { interval: 200, timeout: 150 };
  await using server = createServer({ port: 0, host, heartbeat });
  const { port } = await server.listening;
  const payload = new TextEncoder().encode('unasked');
  const pongs: Step[] = Array.from({ length: 30 }, () => [
    { do: 'frame', frame: { opcode: 10, payload } } as const,
    { do: 'pause', ms: 50 } as const,
  ]).flat();
  const script = {
    name: 'pongs',
    steps: [...open, ...pongs],
    reflexes: { pong: 'never' },
  } as const;
  const connected = once(server, 'connection');
  await using peer = await connectRawPeer(script, { host, port });
  const [connection] = (await connected) as [ManagedConnection];
  await peer.played;
  expect(connection.readyState).toBe('OPEN');
  expect(connection.latency).toBeNull();
  expect(await connection.closed).toMatchObject({ cause: 'heartbeat-reply-deadline' });
});

test.each([
  { tls: false, compressed: false },
  { tls: false, compressed: true },
  { tls: true, compressed: false },
])('pings stand between the messages of a server, and tear none apart: %o', async (over) => {
  const messages = Array.from({ length: 300 }, (_, index) => String(index).padEnd(20_000, 'abc'));
  const http = over.tls ? createHttps(certificate()) : createHttp();
  const heartbeat = { interval: 1, timeout: 30_000 };
  const ws = { perMessageDeflate: over.compressed && { threshold: 0 } };
  await using server = createServer({ server: http.listen(0, host), heartbeat, ws });
  server.on('connection', (connection) => void sendAll(connection, messages));
  const { port } = await server.listening;
  const client = new WebSocket(`${over.tls ? 'wss' : 'ws'}://${host}:${port}`, {
    rejectUnauthorized: false,
    perMessageDeflate: over.compressed,
  });
  const received: string[] = [];
  let pings = 0;
  client.on('message', (data) => received.push((data as Buffer).toString()));
  client.on('ping', (payload) => {
    pings += payload.length === 0 ? 1 : Number.NaN;
  });
  const [code] = (await once(client, 'close')) as [number];
  http.close();
  expect(received).toEqual(messages);
  expect(code).toBe(1000);
  expect(pings).toBeGreaterThan(0);
});

test('the latency of a ping is measured over TLS as well, and the pings go on', async () => {
  const options = { tls: true, heartbeat: { interval: 50, timeout: 10_000 } };
  await using its = await subject('server', { name: 'answers', steps: [] }, options);
  await its.peer.until((seen) => seen.filter(isPing).length === 3);
  expect(its.connection.latency).toBeGreaterThan(0);
});

async function sendAll(connection: ManagedConnection, messages: readonly string[]): Promise<void> {
  for (const message of messages) await Promise.all([connection.send(message), setImmediate()]);
  await connection.close();
}

const isPing = ({ what }: { readonly what: string }): boolean => what === 'ping';

function firstPingDelay({ seen }: RawPeer): number {
  const at = (what: string): number => seen.find((each) => each.what === what)?.at ?? 0;
  return at('ping') - at('handshake');
}
