import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect } from '@farewell/client/node';
import { createServer, InvalidOptionError, type ManagedConnection } from '@farewell/server';
import { expect, test } from 'vitest';

const local = { port: 0, host: '127.0.0.1', heartbeat: false } as const;

/** A server, and a URL to it. */
async function serving(
  options: Partial<Parameters<typeof createServer>[0]> = {},
): Promise<{ server: ReturnType<typeof createServer>; url: string } & AsyncDisposable> {
  const server = createServer({ ...local, ...options });
  const { port } = await server.listening;
  return {
    server,
    url: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

test('a server echoes, and closing it closes every connection with 1001', async () => {
  await using serves = await serving();
  serves.server.on('connection', (connection) => {
    connection.on('message', (message) => void connection.send(message));
  });
  const connections = await Promise.all([1, 2, 3].map(() => connect(serves.url).opened));
  for (const connection of connections) await connection.send('hello');
  for (const connection of connections) {
    const { value } = await connection[Symbol.asyncIterator]().next();
    expect(value).toBe('hello');
  }
  await serves.server.close();
  for (const connection of connections) expect((await connection.closed).code).toBe(1001);
  expect(serves.server.connections.size).toBe(0);
});

test('nothing keeps the process once a server is closed', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
  {
    await using serves = await serving({ heartbeat: { interval: 1_000 } });
    const connection = await connect(serves.url).opened;
    await connection.close();
    expect(connection.listenerCount('close')).toBe(0);
  }
  // The handle of a closed listener is released in the turn behind its `close` event.
  await new Promise(setImmediate);
  const after = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
  expect(after).toBeLessThanOrEqual(before);
});

const hang = (): unknown => new Promise(() => {});

const failures: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('broken handler');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken handler'))],
];

for (const [how, fail] of failures) {
  test(`a connection handler that ${how} closes with 1011 and reaches error`, async () => {
    await using serves = await serving();
    const errors = once(serves.server, 'error');
    serves.server.on('connection', fail);
    const ending = await connect(serves.url).closed;
    expect(ending).toMatchObject({ code: 1011, wasClean: true });
    const [error, connection] = (await errors) as [Error, ManagedConnection];
    expect(error.message).toBe('broken handler');
    expect((await connection.closed).cause).toBe('handler-threw');
  });

  test(`a message handler that ${how} closes with 1011, and others still run`, async () => {
    await using serves = await serving();
    const errors = once(serves.server, 'error');
    serves.server.on('connection', (connection) => connection.on('message', fail));
    const connection = await connect(serves.url).opened;
    await connection.send('go');
    expect((await connection.closed).code).toBe(1011);
    expect(((await errors) as [Error])[0].message).toBe('broken handler');
  });
}

test('a handler that hangs does not keep its connection from closing', async () => {
  await using serves = await serving();
  serves.server.on('connection', hang);
  const connection = await connect(serves.url).opened;
  expect((await connection.close(4000)).wasClean).toBe(true);
});

test('what is deferred is released once each, the last first, and errors skip nothing', async () => {
  await using serves = await serving();
  const released: string[] = [];
  const errors: unknown[] = [];
  serves.server.on('error', (error) => errors.push(error));
  const done = new Promise<void>((resolve) => {
    serves.server.on('connection', (connection) => {
      connection.defer(resolve);
      connection.defer(() => released.push('first'));
      connection.defer(() => Promise.reject(new Error('cannot release')));
      connection.defer(() => {
        throw new Error('cannot either');
      });
      connection.defer(() => released.push('last'));
    });
  });
  await (await connect(serves.url).opened).close();
  await done;
  expect(released).toEqual(['last', 'first']);
  await expect
    .poll(() => errors.map(String))
    .toEqual(['Error: cannot either', 'Error: cannot release']);
});

test('authenticate and allowedOrigins answer before the upgrade', async () => {
  const calls: string[] = [];
  await using serves = await serving({
    path: '/chat',
    allowedOrigins: ['https://good.example'],
    openTimeout: 300,
    authenticate: async ({ headers }) => {
      const { authorization = 'nobody' } = headers;
      calls.push(authorization);
      if (authorization === 'hangs') await new Promise(() => {});
      if (authorization === 'fails') throw new Error('no database');
      return authorization === 'me'
        ? undefined
        : { status: 401, headers: { 'WWW-Authenticate': 'Basic' } };
    },
  });
  const errors: unknown[] = [];
  serves.server.on('error', (error) => errors.push(error));
  const status = async (path: string, options: object): Promise<unknown> => {
    const connection = connect(`${serves.url}${path}`, options);
    const { cause } = await connection.closed;
    return cause;
  };
  expect(await status('/other', {})).toBe('opening-refused');
  expect(await status('/chat', { origin: 'https://bad.example' })).toBe('opening-refused');
  expect(calls).toEqual([]);
  expect(await status('/chat', {})).toBe('opening-refused');
  expect(await status('/chat', { headers: { authorization: 'hangs' } })).toBe('opening-refused');
  expect(await status('/chat', { headers: { authorization: 'fails' } })).toBe('opening-refused');
  expect(errors.map(String)).toEqual(['Error: no database']);
  const origin = 'https://good.example';
  const connection = await connect(`${serves.url}/chat`, {
    origin,
    headers: { authorization: 'me' },
  }).opened;
  expect((await connection.close()).wasClean).toBe(true);
});

test('a server can be attached to HTTP servers, and lets them live', async () => {
  const http = createHttpServer((_request, response) => response.end('page')).listen(
    0,
    '127.0.0.1',
  );
  await once(http, 'listening');
  const server = createServer({ noServer: true, heartbeat: false });
  server.attach(http);
  const { port } = await server.listening;
  const connection = await connect(`ws://127.0.0.1:${port}`).opened;
  await server.close();
  expect((await connection.closed).code).toBe(1001);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('page');
  http.closeAllConnections();
  http.close();
});

test('listening is rejected where it cannot listen', async () => {
  await using serves = await serving();
  const { port } = await serves.server.listening;
  const second = createServer({ ...local, port });
  second.on('error', () => {});
  await expect(second.listening).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await second.close();
});

test('wrong options say what was expected', () => {
  expect(() => createServer({})).toThrow(InvalidOptionError);
  expect(() => createServer({ ...local, finTimeout: -1 })).toThrow(
    'Expected `finTimeout` to be a finite number >= 0, got `-1` (number)',
  );
  expect(() => createServer({ noServer: true, highWaterMark: Number.NaN })).toThrow(
    'highWaterMark',
  );
});
