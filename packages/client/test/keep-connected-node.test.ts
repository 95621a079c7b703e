import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket as UndiciWebSocket } from 'undici';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { connect, keepConnected as keepConnectedInBrowser } from '../src/index.ts';
import { keepConnected, type Retry } from '../src/node/index.ts';

interface Echo extends AsyncDisposable {
  readonly url: string;
  readonly server: WebSocketServer;
}

async function echo(): Promise<Echo> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (ws) => {
    ws.on('error', () => {});
    ws.on('message', (data, binary) => ws.send(data, { binary }));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const dispose = async (): Promise<void> => {
    for (const ws of server.clients) ws.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, server, [Symbol.asyncDispose]: dispose };
}

test.each([
  ['ws', (url: string) => keepConnected(url, { base: 10, minUptime: 0 })],
  [
    'a native WebSocket, without ws',
    (url: string) =>
      keepConnectedInBrowser(url, { base: 10, minUptime: 0, WebSocket: UndiciWebSocket }),
  ],
])('over %s it comes back after a cut, and what was queued arrives', async (_, start) => {
  await using serves = await echo();
  await using client = start(serves.url);
  const heard: string[] = [];
  client.on('message', (message) => heard.push(String(message)));
  await client.send('before');
  await expect.poll(() => heard).toEqual(['before']);
  const retry = new Promise<Retry>((resolve) => client.once('retry', resolve));
  for (const ws of serves.server.clients) ws.terminate();
  expect((await retry).ending).toMatchObject({ wasClean: false, code: 1006 });
  await client.send('after');
  await expect.poll(() => heard).toEqual(['before', 'after']);
  expect((await client.close()).ending).toMatchObject({ wasClean: true });
});

test.each([
  ['seconds', () => '3', 3_000],
  ['a date', () => new Date(Date.now() + 60_000).toUTCString(), 60_000],
])('a refusal with Retry-After in %s is obeyed', async (_, retryAfter, asked) => {
  const http = createServer();
  http.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.end(`HTTP/1.1 503 Busy\r\nRetry-After: ${retryAfter()}\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = keepConnected(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const { ending, delay } = await new Promise<Retry>((resolve) => client.once('retry', resolve));
  expect(ending).toMatchObject({ cause: 'opening-refused', httpStatus: 503 });
  // A date has whole seconds, and time has passed since it was written.
  expect(ending?.retryAfter).toBeGreaterThan(asked - 5_000);
  expect(ending?.retryAfter).toBeLessThanOrEqual(asked);
  expect(delay).toBeGreaterThanOrEqual(ending?.retryAfter ?? Number.NaN);
  await client.terminate();
  await new Promise((resolve) => http.close(resolve));
});

test('a status that says never ends it', async () => {
  const http = createServer((_, response) => response.writeHead(403).end());
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = keepConnected(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  expect(await client.closed).toMatchObject({ why: 'not-worth-it', ending: { httpStatus: 403 } });
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

test('a thousand real clients cut off at once all come back, spread over the second', async () => {
  await using serves = await echo();
  const arrivals: number[] = [];
  const clients = Array.from({ length: 1_000 }, () => keepConnected(serves.url));
  await Promise.all(clients.map((client) => client.opened));
  const delays = clients.map(
    (client) => new Promise<Retry>((resolve) => client.once('retry', resolve)),
  );
  const back = clients.map(
    (client) => new Promise<void>((resolve) => client.once('open', resolve)),
  );
  serves.server.on('connection', () => arrivals.push(performance.now()));
  for (const ws of serves.server.clients) ws.close(1012);
  const planned = (await Promise.all(delays)).map(({ delay }) => delay);
  await Promise.all(back);
  expect(arrivals).toHaveLength(1_000);
  const tenths = Array.from(
    { length: 10 },
    (_, i) => planned.filter((delay) => Math.floor(delay / 100) === i).length,
  );
  for (const count of tenths) expect(Math.abs(count - 100), String(tenths)).toBeLessThan(60);
  await Promise.all(clients.map((client) => client.close()));
});

test('without ws: close has its deadline over a native WebSocket that has none', async () => {
  const mute = createServer();
  const sockets = new Set<{ destroy(): void }>();
  const wss = new WebSocketServer({ noServer: true });
  mute.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    // It never reads again, so it never answers.
    wss.handleUpgrade(request, socket, head, (ws) => ws.pause());
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const url = `ws://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const connection = connect(url, { WebSocket: UndiciWebSocket, closeTimeout: 200 });
  await connection.opened;
  expect(await connection.close()).toMatchObject({
    cause: 'closing-handshake-deadline',
    wasClean: false,
    tcp: { basis: 'none' },
  });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => mute.close(resolve));
});
