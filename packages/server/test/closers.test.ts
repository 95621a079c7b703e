import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@farewell/client/node';
import type { ManagedConnection } from '@farewell/connection';
import { createServer, type ManagedServer } from '@farewell/server';
import fastify from 'fastify';
import { createHttpTerminator } from 'http-terminator';
import stoppable from 'stoppable';
import { expect, test } from 'vitest';
import { runProgram } from './support/run-program.ts';

/** Libraries that shut HTTP servers down, each with its own idea of what to do with sockets. */

interface Attached extends AsyncDisposable {
  readonly http: ReturnType<typeof createHttpServer>;
  readonly server: ManagedServer;
  clients(count: number): Promise<ManagedConnection[]>;
}

async function attached(): Promise<Attached> {
  const http = createHttpServer();
  const server = createServer({ server: http, heartbeat: false });
  return {
    http,
    server,
    async clients(count) {
      if (!http.listening) await once(http.listen(0, '127.0.0.1'), 'listening');
      const { port } = http.address() as AddressInfo;
      const url = `ws://127.0.0.1:${port}`;
      return Promise.all(Array.from({ length: count }, () => connect(url).opened));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      http.closeAllConnections();
      http.close();
    },
  };
}

const codesOf = async (clients: readonly ManagedConnection[]): Promise<unknown[]> =>
  Promise.all(clients.map(async (client) => (await client.closed).code));

test('stoppable alone: its end() becomes a closing handshake, and no drain is needed', async () => {
  await using serves = await attached();
  const http = stoppable(serves.http, 5_000);
  const clients = await serves.clients(3);
  const gracefully = new Promise((resolve) => http.stop((_, isGraceful) => resolve(isGraceful)));
  expect(await codesOf(clients)).toEqual([1001, 1001, 1001]);
  expect(await gracefully).toBe(true);
});

test('stoppable during a drain: sockets are drained at their pace, and the report tells', async () => {
  await using serves = await attached();
  const http = stoppable(serves.http, 5_000);
  const clients = await serves.clients(4);
  const stopped = new Promise((resolve) => http.stop(resolve));
  const report = await serves.server.drain({ batchSize: 2, batchInterval: 60 });
  await stopped;
  expect(await codesOf(clients)).toEqual([1012, 1012, 1012, 1012]);
  expect(report).toMatchObject({
    clean: 4,
    cutIn: { stoppedListening: 'during', ended: { before: 0 }, destroyed: { during: 0 } },
  });
  expect(report.cutIn?.ended.during).toBeGreaterThan(0);
  expect(report.text).toContain('the HTTP server stopped listening during the drain');
});

test('stoppable whose grace is over before the drain is: the report says how many it destroyed', async () => {
  await using serves = await attached();
  const http = stoppable(serves.http, 80);
  const clients = await serves.clients(2);
  const stopped = new Promise((resolve) => http.stop(resolve));
  const report = await serves.server.drain({ messageLead: 400 });
  await stopped;
  expect(await codesOf(clients)).toEqual([1006, 1006]);
  expect(report).toMatchObject({ clean: 0, cutIn: { destroyed: { before: 0, during: 2 } } });
  expect(report.text).toContain('other code destroyed 2 sockets during the drain');
});

test('http-terminator before the drain: nothing is left to drain, and the report says why', async () => {
  await using serves = await attached();
  const terminator = createHttpTerminator({ server: serves.http });
  const clients = await serves.clients(3);
  await terminator.terminate();
  expect(await codesOf(clients)).toEqual([1006, 1006, 1006]);
  const report = await serves.server.drain();
  expect(report).toMatchObject({
    connections: 0,
    cutIn: { stoppedListening: 'before', destroyed: { before: 3, during: 0 } },
  });
});

test('http-terminator during the drain: what it destroyed is counted as such', async () => {
  await using serves = await attached();
  const terminator = createHttpTerminator({ server: serves.http });
  await serves.clients(3);
  const drained = serves.server.drain({ messageLead: 500 });
  await terminator.terminate();
  const report = await drained;
  expect(report).toMatchObject({
    connections: 3,
    causes: { terminated: 3 },
    cutIn: { destroyed: { before: 0, during: 3 } },
  });
});

test('http-terminator behind the drain has nothing to destroy', async () => {
  await using serves = await attached();
  const terminator = createHttpTerminator({ server: serves.http });
  const clients = await serves.clients(3);
  const report = await serves.server.drain();
  await terminator.terminate();
  expect(report).toMatchObject({ clean: 3, cutIn: null });
  expect(await codesOf(clients)).toEqual([1012, 1012, 1012]);
});

test("Fastify's close waits for a drain that runs, and cuts nothing off", async () => {
  const app = fastify();
  const server = createServer({ noServer: true, heartbeat: false });
  server.attach(app.server);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const url = address.replace('http', 'ws');
  const clients = await Promise.all([1, 2].map(() => connect(url).opened));
  const drained = server.drain({ batchSize: 1, batchInterval: 50 });
  await app.close();
  const report = await drained;
  expect(report).toMatchObject({ clean: 2, cutIn: { stoppedListening: 'during' } });
  expect(await codesOf(clients)).toEqual([1012, 1012]);
  await server.close();
});

for (const [hook, expected] of [
  ['beforeShutdown', [1012, /^drained 2 connections in .*: 2 closed cleanly$/]],
  [
    'onSignal',
    [1001, /^drained \d connections? .* stopped listening before the drain; other code ended 2/],
  ],
] as const) {
  test(`terminus with the drain in its ${hook}`, async () => {
    const [code, text] = expected;
    await using program = runProgram('terminus-server.ts', hook);
    const url = `ws://127.0.0.1:${await program.line()}`;
    const clients = await Promise.all([1, 2].map(() => connect(url).opened));
    program.child.kill('SIGTERM');
    expect(await codesOf(clients)).toEqual([code, code]);
    expect(await program.line()).toMatch(text);
    await program.exited;
  });
}
