import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenRawPeer, type Script, selfSigned } from '@farewell/probe';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { describeWith } from '../../../../test/support/requires.ts';
import { farewell, finished, start } from '../support/farewell.ts';

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
});

/** A server in a process of its own, which prints its port. */
async function serverProcess(source: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [port] = await once(child.stdout, 'data');
  return { child, url: `ws://127.0.0.1:${String(port).trim()}/` };
}

/** A server with ws that does `onStop` on SIGUSR2. */
function wsServer(onStop: string): string {
  return `
    import { WebSocketServer } from 'ws';
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', closeTimeout: 500 });
    server.on('connection', (socket) => socket.on('error', () => {}));
    server.on('listening', () => console.log(server.address().port));
    process.on('SIGUSR2', () => { ${onStop} });
  `;
}

const polite = `
  let seconds = 0;
  for (const client of server.clients) client.close(1001, 'retry-after=' + ++seconds);
  server.close(() => process.exit());
`;
const rude = 'process.exit();';

describe('--pid and --signal', () => {
  const stop = ['--only', 'shutdown', '--signal', 'USR2', '--patience', '20s', '--json'];

  test('a server that says goodbye when it is stopped passes', async () => {
    const { child, url } = await serverProcess(wsServer(polite));
    const exited = once(child, 'exit');
    const { stdout, status } = await farewell(['probe', url, '--pid', `${child.pid}`, ...stop]);
    await exited;
    expect(verdictsOf(stdout)).toEqual({
      'stop-sends-close': 'pass',
      'stop-code-says-why': 'pass',
      'stop-spreads-returns': 'pass',
      'stop-waits-for-answers': 'pass',
      'stop-turns-new-clients-away': expect.stringMatching(/^(pass|cannot-tell)$/),
      'stop-gives-mute-client-up': 'pass',
      'stop-ends-in-time': 'pass',
    });
    expect(status).toBe(0);
  });

  test('one that just exits fails', async () => {
    const { child, url } = await serverProcess(wsServer(rude));
    const { stdout } = await farewell(['probe', url, '--pid', `${child.pid}`, ...stop]);
    expect(verdictsOf(stdout)).toMatchObject({
      'stop-sends-close': 'fail',
      'stop-code-says-why': 'cannot-tell',
      'stop-spreads-returns': 'fail',
      'stop-ends-in-time': 'pass',
    });
  });

  test('one that dies under the checks is not stopped: its stop cannot be told', async () => {
    const { child, url } = await serverProcess(
      wsServer('').concat('let n = 0; server.on("connection", () => ++n === 2 && process.exit());'),
    );
    const only = ['--only', 'shutdown,reset-when-open-survived', '--signal', 'USR2', '--json'];
    const { stdout, stderr } = await farewell(['probe', url, '--pid', `${child.pid}`, ...only]);
    expect(stderr).not.toContain('unexpected error');
    expect(verdictsOf(stdout)).toMatchObject({
      'stop-sends-close': 'cannot-tell',
      'stop-ends-in-time': 'cannot-tell',
    });
  });

  test('a process that is not there is told before anything is contacted', async () => {
    const { child, url } = await serverProcess('console.log(1)');
    if (child.exitCode === null) await once(child, 'exit');
    expect(await farewell(['probe', url, '--pid', `${child.pid}`])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(`there is no process ${child.pid}`),
    });
  });
});

function verdictsOf(json: string): Readonly<Record<string, string>> {
  const { checks }: { checks: Array<{ id: string; verdict: string }> } = JSON.parse(json);
  return Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
}

describe('wss', () => {
  const some = [
    '--only',
    'close-1000-with-reason-answered,close-1005-not-echoed,teardown-without-reset,reset-when-open-survived',
  ];

  test('a server behind TLS is checked as any other', async () => {
    const http = createServer(selfSigned('localhost'));
    const server = new WebSocketServer({ server: http });
    server.on('connection', (socket) => socket.on('error', () => {}));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `wss://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    const unknown = await farewell(['probe', url, ...some]);
    const accepted = await farewell(['probe', url, ...some, '--insecure', '--json']);
    const plain = await farewell(['probe', url.replace('wss', 'ws'), ...some]);
    await new Promise((resolve) => http.close(resolve));
    expect(unknown).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('--insecure accepts any certificate'),
    });
    expect(new Set(Object.values(verdictsOf(accepted.stdout)))).toEqual(new Set(['pass']));
    expect(plain).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('Does it want TLS (wss://)?'),
    });
  });

  test('a server without TLS is told as such', async () => {
    await using server = await listenRawPeer(() => ({ name: 'plain', steps: [{ do: 'fin' }] }));
    const { status, stderr } = await farewell(['probe', `wss://127.0.0.1:${server.port}/`]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/cannot be reached: .*\. Does it speak TLS at all/);
  });
});

describe('--listen with TLS', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'farewell-tls-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const args = ['--only', 'close-1000-with-reason-answered', '--patience', '3s', '--json'];

  test('--tls shows clients a certificate of its own', async () => {
    const child = start(['probe', '--listen', 'localhost:0', '--tls', ...args]);
    const end = finished(child);
    await visit(await listeningUrl(child), { rejectUnauthorized: false });
    const { stdout, status } = await end;
    expect(verdictsOf(stdout)).toEqual({ 'close-1000-with-reason-answered': 'pass' });
    expect(status).toBe(0);
  });

  test('--cert and --key show clients one that they trust', async () => {
    const { key, cert } = selfSigned('localhost');
    const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
    await writeFile(files.key, key);
    await writeFile(files.cert, cert);
    const pair = ['--cert', files.cert, '--key', files.key];
    const child = start(['probe', '--listen', '0', ...pair, ...args]);
    const end = finished(child);
    await visit(await listeningUrl(child), { ca: cert });
    expect(verdictsOf((await end).stdout)).toEqual({ 'close-1000-with-reason-answered': 'pass' });
    const wrong = await farewell([
      'probe',
      '--listen',
      '0',
      '--cert',
      files.key,
      '--key',
      files.key,
    ]);
    expect(wrong).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('to be a certificate and'),
    });
  });

  test.each([
    [['--listen', '0', '--cert', 'x'], 2, 'give both of them'],
    [['--listen', '0', '--cert', '/nowhere', '--key', '/nowhere'], 2, '/nowhere cannot be read'],
    [['ws://x/', '--tls'], 2, 'are for `--listen`'],
  ])('%j is refused', async (options, status, message) => {
    const refused = await farewell(['probe', ...options]);
    expect(refused).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) });
  });
});

async function listeningUrl({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('no stderr');
  const [chunk] = await once(stderr, 'data');
  const [, url] = /listens on (wss:\S+)/.exec(String(chunk)) ?? [];
  if (url === undefined) throw new Error(`no URL in ${chunk}`);
  return url;
}

async function visit(url: string, options: WebSocket.ClientOptions): Promise<void> {
  const socket = new WebSocket(url, options);
  socket.on('error', () => {});
  await once(socket, 'close');
}

describe.concurrent('a target that cannot be checked', () => {
  test('a name without an address', async () => {
    const { status, stderr } = await farewell(['probe', 'ws://nowhere.invalid/']);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /cannot be reached: getaddrinfo E\w+ nowhere\.invalid\. The name has no/,
    );
  });

  test('a port that nobody listens on', async () => {
    const server = await listenRawPeer(() => mute);
    await server[Symbol.asyncDispose]();
    const { status, stderr } = await farewell(['probe', `ws://127.0.0.1:${server.port}/`]);
    expect(status).toBe(3);
    expect(stderr).toContain('Nothing listens there: is the server running');
  });

  test('a server that takes the request and says nothing', async () => {
    await using server = await listenRawPeer(() => mute);
    const { status, stderr } = await farewell(['probe', `ws://127.0.0.1:${server.port}/`]);
    expect(status).toBe(3);
    expect(stderr).toContain('did not answer the opening handshake within 10 s. Expected 101');
  });
});

const mute: Script = { name: 'mute', steps: [], reflexes: { handshake: 'never' } };

describeWith(['linux'], 'a host that drops every SYN', () => {
  test('is given up after 10 s', async () => {
    // A process that stands still, with no room for more in its accept queue.
    const { child, url } = await serverProcess(`
      import { createServer } from 'node:net';
      const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        console.log(server.address().port);
      });
    `);
    child.kill('SIGSTOP');
    const port = Number(new URL(url).port);
    const crowd = await fillQueue(port);
    const { status, stderr } = await farewell(['probe', url]);
    for (const socket of crowd) socket.destroy();
    expect(status).toBe(3);
    expect(stderr).toContain('cannot be reached: no connection within 10 s. Is the host up');
  });
});

/** Connects until nobody gets in any more. */
async function fillQueue(port: number): Promise<readonly Socket[]> {
  const crowd: Socket[] = [];
  for (let isFull = false; !isFull; ) {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
    crowd.push(socket);
    const within = AbortSignal.timeout(500);
    isFull = await once(socket, 'connect', { signal: within }).then(
      () => false,
      () => true,
    );
  }
  return crowd;
}
