import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer as createTcpServer } from 'node:net';
import { ConnectionClosedError, connect, InvalidOptionError } from '@farewell/client/node';
import { createServer, type ManagedConnection } from '@farewell/server';
import { expect, test } from 'vitest';

/** A server whose connections are handed to `handle`. */
async function serving(
  handle: (connection: ManagedConnection) => unknown,
): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer({ port: 0, host: '127.0.0.1', heartbeat: false });
  server.on('connection', handle);
  server.on('error', () => {});
  const { port } = await server.listening;
  return { url: `ws://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.close() };
}

const echo = (connection: ManagedConnection): void => {
  connection.on('message', (message) => void connection.send(message));
};

test('one ending, wherever it is handed out', async () => {
  await using serves = await serving(echo);
  const published: unknown[] = [];
  const hear = (message: unknown): void => void published.push(message);
  subscribe('farewell:connection:closed', hear);
  const connection = await connect(serves.url).opened;
  const event = new Promise((resolve) => connection.once('close', resolve));
  const first = connection.close(4001, 'bye');
  expect(connection.close(4002, 'again')).toBe(first);
  const ending = await first;
  expect(ending).toMatchObject({ code: 4001, reason: 'bye', wasClean: true, order: 'sent-first' });
  expect(await connection.closed).toBe(ending);
  expect(await event).toBe(ending);
  expect(connection.ending).toBe(ending);
  expect(published).toContainEqual(expect.objectContaining({ connection, ending }));
  expect(ending.text).toContain('sent 4001 (private use) "bye"; received 4001');
  expect(connection.readyState).toBe('CLOSED');
  unsubscribe('farewell:connection:closed', hear);
});

test('messages are iterated over with backpressure, and a clean close ends the iteration', async () => {
  const chunk = 'x'.repeat(10_000);
  await using serves = await serving(async (connection) => {
    for (let sent = 0; sent < 2_000; sent++) await connection.send(chunk);
    await connection.close();
  });
  const connection = await connect(serves.url, { highWaterMark: 50_000 }).opened;
  let received = 0;
  for await (const message of connection) {
    expect(message).toBe(chunk);
    received += 1;
    // Slower than the sender: what cannot be taken must wait in the kernel, not here.
    if (received % 20 === 0) await new Promise(setImmediate);
  }
  expect(received).toBe(2_000);
});

test('iteration throws behind the last message where the close was not clean', async () => {
  await using serves = await serving(async (connection) => {
    await connection.send('last');
    await connection.terminate();
  });
  const connection = connect(serves.url);
  const received: unknown[] = [];
  const iterate = async (): Promise<void> => {
    for await (const message of connection) received.push(message);
  };
  await expect(iterate()).rejects.toThrow(ConnectionClosedError);
  expect(received).toEqual(['last']);
  const { ending } = connection;
  expect(ending).toMatchObject({ code: 1006, wasClean: false, cause: 'fin-without-close-frame' });
});

test('send waits above the high-water mark, and its signal ends the wait only', async () => {
  let server: ManagedConnection | null = null;
  await using serves = await serving((connection) => {
    server = connection;
    connection.pause();
  });
  const connection = await connect(serves.url, { heartbeat: false }).opened;
  let last: Promise<void> = Promise.resolve();
  while (connection.bufferedAmount <= 65_536) last = connection.send(Buffer.alloc(1 << 20));
  const abort = new AbortController();
  const aborted = connection.send('more', { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  (server as ManagedConnection | null)?.resume();
  (server as ManagedConnection | null)?.on('message', () => {});
  await last;
  expect(connection.bufferedAmount).toBeLessThanOrEqual(65_536);
  expect((await connection.close()).wasClean).toBe(true);
});

test('send on a closed connection rejects, and unhandled it harms nobody', async () => {
  await using serves = await serving(echo);
  const connection = await connect(serves.url).opened;
  await connection.close();
  void connection.send('into the void');
  await expect(connection.send('late')).rejects.toMatchObject({ code: 'FAREWELL_CLOSED' });
});

test('opened is rejected with the reason, and closed is fulfilled all the same', async () => {
  const tcp = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => tcp.once('listening', resolve));
  const { port } = tcp.address() as { port: number };
  await new Promise((resolve) => tcp.close(resolve));
  const connection = connect(`ws://127.0.0.1:${port}`);
  await expect(connection.opened).rejects.toMatchObject({ code: 'FAREWELL_NOT_OPENED' });
  const ending = await connection.closed;
  expect(ending).toMatchObject({ cause: 'opening-failed', error: { errno: 'ECONNREFUSED' } });
});

test('await using closes, and an abort signal closes with 1001', async () => {
  await using serves = await serving(echo);
  let inside: ManagedConnection;
  {
    await using connection = await connect(serves.url).opened;
    inside = connection;
  }
  expect(inside.ending).toMatchObject({ code: 1000, wasClean: true });
  const abort = new AbortController();
  const connection = await connect(serves.url, { signal: abort.signal }).opened;
  abort.abort();
  expect((await connection.closed).code).toBe(1001);
});

test('close while it still opens gives it up', async () => {
  await using serves = await serving(echo);
  const connection = connect(serves.url);
  const ending = await connection.close();
  expect(ending).toMatchObject({ code: 1006, wasClean: false });
  await expect(connection.opened).rejects.toThrow('never opened');
});

test('latency is that of the last ping', async () => {
  await using serves = await serving(echo);
  const connection = await connect(serves.url, { heartbeat: { interval: 20, timeout: 5_000 } })
    .opened;
  expect(connection.latency).toBe(null);
  await expect.poll(() => connection.latency).toBeGreaterThan(0);
  expect(connection.latency).toBeLessThan(5_000);
  await connection.close();
});

test('tcpKeepAlive and tcpUserTimeout reach the kernel, or a warning names what does not', async () => {
  await using serves = await serving(echo);
  const warnings: string[] = [];
  const hear = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', hear);
  const connection = await connect(serves.url, {
    tcpKeepAlive: { initialDelay: 30_000, interval: 7_000, count: 3 },
    tcpUserTimeout: 20_000,
  }).opened;
  await connection.close();
  await new Promise(setImmediate);
  process.off('warning', hear);
  const applied = warnings.length === 0;
  expect(applied || warnings[0]?.includes('`tcpUserTimeout` not applied')).toBe(true);
});

test('a wrong URL or code is said at once', async () => {
  expect(() => connect('ftp://example.org')).toThrow(InvalidOptionError);
  expect(() => connect('ws://127.0.0.1', { closeTimeout: Number.POSITIVE_INFINITY })).toThrow(
    'Expected `closeTimeout`',
  );
  await using serves = await serving(echo);
  const connection = await connect(serves.url).opened;
  expect(() => connection.close(1005)).toThrow(InvalidOptionError);
  expect(() => connection.close(1000, 'x'.repeat(124))).toThrow('at most 123 bytes');
  await connection.close();
});
