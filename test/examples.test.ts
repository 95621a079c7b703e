import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@farewell/client/node';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs an example; `line` gives the next line that it prints. */
function run(
  example: string,
  ...args: string[]
): AsyncDisposable & { child: ChildProcess; line: () => Promise<string> } {
  const program = ['--import', 'tsx', '--conditions', '@farewell/source', `examples/${example}`];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    line: async () => (await lines.next()).value ?? '(it ended)',
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const urlIn = (line: string): string => /ws:\S+/.exec(line)?.[0] ?? '';

test('examples/echo-server.ts and examples/client.ts end well together', async () => {
  await using server = run('echo-server.ts');
  const url = urlIn(await server.line());
  await using client = run('client.ts', url);
  expect(await client.line()).toBe('hello');
  expect(await client.line()).toContain('sent 1000 (normal closure) "done"; received 1000');
  expect(await server.line()).toContain('received 1000 (normal closure) "done"; sent 1000');
});

test('examples/echo-server.ts closes its connections on SIGTERM and exits', async () => {
  await using server = run('echo-server.ts');
  const connection = await connect(urlIn(await server.line())).opened;
  const exited = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  expect(await connection.closed).toMatchObject({ code: 1001, wasClean: true });
  expect(await exited).toEqual([0, null]);
});

test('examples/authenticate.ts lets in whom it knows, and releases', async () => {
  await using server = run('authenticate.ts');
  const url = urlIn(await server.line());
  expect((await connect(url).closed).cause).toBe('opening-refused');
  const headers = { authorization: 'Bearer let-me-in' };
  const connection = await connect(url, { headers, origin: 'https://chat.example' }).opened;
  for await (const message of connection) {
    expect(message).toBe('welcome');
    break;
  }
  await connection.close();
  expect(await server.line()).toBe('left');
});

const portIn = (line: string): string => /:(\d+)/.exec(line)?.[1] ?? '';

test('examples/express-server.ts serves pages and WebSockets, and drains on SIGTERM', async () => {
  await using server = run('express-server.ts');
  const port = portIn(await server.line());
  const connection = await connect(`ws://127.0.0.1:${port}/chat`).opened;
  await connection.send('hello');
  for await (const message of connection) {
    expect(message).toBe('hello');
    break;
  }
  expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  const exited = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  const ending = await connection.closed;
  expect(ending).toMatchObject({ code: 1012, wasClean: true });
  expect(ending.retryAfter).toBeGreaterThanOrEqual(1_000);
  expect(await server.line()).toMatch(/^drained 1 connection in .*: 1 closed cleanly$/);
  expect(await exited).toEqual([0, null]);
});

test('examples/fastify-server.ts drains before Fastify closes, and has metrics', async () => {
  await using server = run('fastify-server.ts');
  const port = portIn(await server.line());
  const connection = await connect(`ws://127.0.0.1:${port}/chat`).opened;
  await connection.send('hello');
  for await (const message of connection) {
    expect(message).toBe('127.0.0.1: hello');
    break;
  }
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('farewell_connections{ready_state="OPEN"} 1');
  server.child.kill('SIGTERM');
  expect(await connection.closed).toMatchObject({ code: 1012, wasClean: true });
  expect(await server.line()).toMatch(/^drained 1 connection in .*: 1 closed cleanly$/);
});

test('examples/draining-server.ts sends its clients away, and examples/reconnecting-client.ts comes back', async () => {
  const before = run('draining-server.ts', '0');
  const url = urlIn(await before.line());
  await using client = run('reconnecting-client.ts', url);
  expect(await client.line()).toBe('connected');
  expect(await client.line()).toBe('you said: hello');
  before.child.kill('SIGTERM');
  expect(await client.line()).toMatch(/received 1012 \(service restart\).*; again in \d+ ms$/);
  expect(await before.line()).toMatch(/^drained 1 connection in .*: 1 closed cleanly$/);
  await before[Symbol.asyncDispose]();
  await using after = run('draining-server.ts', new URL(url).port);
  expect(urlIn(await after.line())).toBe(url);
  expect(await client.line()).toMatch(/connected$/);
  client.child.kill('SIGINT');
  expect(await client.line()).toBe('closed: closed');
}, 60_000);
