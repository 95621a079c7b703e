import { connect } from '@farewell/client/node';
import { farewell } from '@farewell/server/fastify';
import fastify from 'fastify';
import { expect, test } from 'vitest';

test('the plugin takes the upgrades of Fastify, next to its routes', async () => {
  const app = fastify();
  await app.register(farewell, { path: '/chat', heartbeat: false });
  app.get('/', () => 'page');
  app.farewell.on('connection', (connection) => {
    connection.on('message', (message) => void connection.send(message));
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const connection = await connect(`${address.replace('http', 'ws')}/chat`).opened;
  await connection.send('hello');
  const { value } = await connection[Symbol.asyncIterator]().next();
  expect(value).toBe('hello');
  expect(await (await fetch(address)).text()).toBe('page');
  await connection.close();
  await app.close();
});

test("Fastify's close drains with the plugin's options before it stops listening", async () => {
  const app = fastify();
  await app.register(farewell, {
    heartbeat: false,
    drain: { reason: 'deploy', retryAfter: { min: 7_000, max: 7_000 } },
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const clients = await Promise.all(
    [1, 2, 3].map(() => connect(address.replace('http', 'ws')).opened),
  );
  const { farewell: server } = app;
  await app.close();
  for (const client of clients) {
    expect((await client.closed).reason).toBe('deploy; retry-after=7');
  }
  expect(server.drainProgress).toMatchObject({ connections: 3, clean: 3 });
  expect(await server.drain()).toMatchObject({ cutIn: null });
});
