import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import type * as graphql from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket as UndiciWebSocket } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { type FarewellWebSocketClass, webSocketClass } from '../src/index.ts';
import { webSocketClass as webSocketClassInNode } from '../src/node/index.ts';

/** The same instance as graphql-ws has: Node's resolution, not the test runner's. */
const { buildSchema }: typeof graphql = createRequire(import.meta.url)('graphql');

/** Libraries that take a WebSocket class, as they are, with their own servers on ws. */
const classes: readonly (readonly [string, () => FarewellWebSocketClass])[] = [
  ['the native WebSocket', () => webSocketClass({ WebSocket: UndiciWebSocket })],
  ['ws', () => webSocketClassInNode()],
];

async function serve(server: WebSocketServer, http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  http.on('upgrade', (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (ws) => server.emit('connection', ws, request));
  });
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}

async function end(server: WebSocketServer, http: Server): Promise<void> {
  for (const ws of server.clients) ws.terminate();
  await new Promise((resolve) => http.close(resolve));
}

describe.each(classes)('over %s', (_, makeClass) => {
  test('graphql-ws runs a query and a subscription, comes back by itself, and closes with its code', async () => {
    const http = createServer();
    const wss = new WebSocketServer({
      noServer: true,
      handleProtocols: () => 'graphql-transport-ws',
    });
    const codes: number[] = [];
    wss.on('connection', (ws) => ws.on('close', (code) => codes.push(code)));
    const schema = buildSchema('type Query { hello: String } type Subscription { count: Int }');
    const roots = {
      query: { hello: () => 'world' },
      subscription: {
        async *count() {
          for (const count of [1, 2, 3]) yield { count };
        },
      },
    };
    const handler = useServer({ schema, roots }, wss);
    const url = await serve(wss, http);
    const client = createClient({
      url,
      webSocketImpl: makeClass(),
      lazy: false,
      retryAttempts: 5,
      retryWait: async () => {},
      onNonLazyError: () => {},
    });
    const results = async (query: string): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const result of client.iterate({ query }))
        all.push((result as graphql.ExecutionResult).data);
      return all;
    };
    expect(await results('{ hello }')).toEqual([{ hello: 'world' }]);
    expect(await results('subscription { count }')).toEqual([
      { count: 1 },
      { count: 2 },
      { count: 3 },
    ]);
    const back = new Promise((resolve) => client.on('connected', resolve));
    for (const ws of wss.clients) ws.close(1012);
    await back;
    expect(await results('{ hello }')).toEqual([{ hello: 'world' }]);
    const closed = new Promise((resolve) => client.on('closed', resolve));
    await client.dispose();
    expect(await closed).toMatchObject({ code: 1000, reason: 'Normal Closure', wasClean: true });
    await expect.poll(() => codes).toEqual([1012, 1000]);
    await handler.dispose();
    await end(wss, http);
  });

  test('tRPC runs queries, comes back by itself, and closes cleanly', async () => {
    const http = createServer();
    const wss = new WebSocketServer({ noServer: true });
    const closes: number[] = [];
    wss.on('connection', (ws) => ws.on('close', (code) => closes.push(code)));
    const t = initTRPC.create();
    const router = t.router({ hello: t.procedure.query(() => 'world') });
    applyWSSHandler({ wss, router });
    const url = await serve(wss, http);
    const socket = createWSClient({
      url,
      WebSocket: makeClass() as unknown as typeof globalThis.WebSocket,
      retryDelayMs: () => 0,
    });
    const client = createTRPCClient<typeof router>({ links: [wsLink({ client: socket })] });
    expect(await client.hello.query()).toBe('world');
    for (const ws of wss.clients) ws.close(1012);
    await expect.poll(() => closes).toEqual([1012]);
    expect(await client.hello.query()).toBe('world');
    await socket.close();
    await expect.poll(() => closes).toHaveLength(2);
    await end(wss, http);
  });
});

test('a drop-in WebSocket gives Blobs or ArrayBuffers, throws as WHATWG says, and shows its ending', async () => {
  const http = createServer();
  const wss = new WebSocketServer({ noServer: true });
  wss.on('connection', (ws) => ws.on('message', (data, binary) => ws.send(data, { binary })));
  const url = await serve(wss, http);
  for (const [, makeClass] of classes) {
    const ws = new (makeClass())(url, []);
    expect([ws.readyState, ws.url, ws.OPEN]).toEqual([0, url, 1]);
    expect(() => ws.send('early')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
    const next = (type: string): Promise<Event & { readonly data?: unknown }> =>
      new Promise((resolve) => ws.addEventListener(type, resolve, { once: true }));
    await next('open');
    const bytes = new Uint8Array([0, 255, 7]);
    const blob = next('message');
    ws.send(bytes);
    expect(new Uint8Array(await ((await blob).data as Blob).arrayBuffer())).toEqual(bytes);
    ws.binaryType = 'arraybuffer';
    const buffer = next('message');
    ws.send(bytes.subarray(1));
    expect((await buffer).data).toEqual(new Uint8Array([255, 7]).buffer);
    expect(() => ws.close(1001)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
    expect(() => ws.close(1000, 'x'.repeat(124))).toThrow(
      expect.objectContaining({ name: 'SyntaxError' }),
    );
    const onclose = vi.fn();
    Object.assign(ws, { onclose });
    const closed = next('close');
    ws.close(3000, 'bye');
    ws.send('late');
    expect(ws.readyState).toBe(2);
    expect(await closed).toMatchObject({
      code: 3000,
      reason: 'bye',
      wasClean: true,
      ending: { cause: 'closing-handshake' },
    });
    expect(onclose).toHaveBeenCalledOnce();
    expect(ws.readyState).toBe(3);
  }
  await end(wss, http);
});
