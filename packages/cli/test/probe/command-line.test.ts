import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allChecks, closePayload, listenRawPeer, type Script } from '@farewell/probe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { farewell, finished, start } from '../support/farewell.ts';

/** Takes every Close for a protocol error, and sends FIN behind its answer. */
const strict: Script = {
  name: 'strict',
  steps: [
    { do: 'wait', for: 'close-frame' },
    { do: 'frame', frame: { opcode: 0x8, payload: closePayload(1002) } },
    { do: 'fin' },
  ],
  reflexes: { close: 'never' },
};
const oneCheck = ['--only', 'close-1001-answered'];

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'farewell-probe-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('farewell probe URL', () => {
  test('prints a scorecard with failures first, their consequence, and each level counted apart', async () => {
    await using server = await listenRawPeer(() => strict);
    const { stdout, stderr, status } = await farewell([
      'probe',
      `ws://127.0.0.1:${server.port}/`,
      '--only',
      'close-1001-answered,close-1005-not-echoed,server-sends-fin-first,teardown-without-reset',
    ]);
    expect(stderr).toMatch(/^farewell probe ws:.* · 4 checks · .*at most 24 connections/);
    expect(stdout).toMatch(
      /^closing handshake\n {2}✗ close-1001-answered {2}MUST, RFC 6455 §5\.5\.1/,
    );
    expect(stdout).toMatch(/ {6}seen {5}Close 1002 after .*refused as if it were invalid/);
    expect(stdout).toMatch(/ {6}so {7}The side that closes waits/);
    expect(stdout).toMatch(/\n {2}✓ close-1005-not-echoed {2}Close 1002 after/);
    expect(stdout).toMatch(/MUST {6}1 failed, 2 passed\nSHOULD {4}0 failed, 1 passed/);
    expect(stdout).toMatch(/Exit status 1\.\n$/);
    expect(status).toBe(1);
  });

  test('--verbose tells each step with its time', async () => {
    await using server = await listenRawPeer(() => strict);
    const url = `ws://127.0.0.1:${server.port}/`;
    const { stdout } = await farewell(['probe', url, ...oneCheck, '--verbose']);
    expect(stdout).toMatch(/ {6}probe {4}[\d.]+ ms Close 1001\n {6}peer {5}[\d.]+ ms Close 1002\n/);
  });

  test('--fail-on says from which level on a failure counts', async () => {
    await using server = await listenRawPeer(() => strict);
    const args = ['probe', `ws://127.0.0.1:${server.port}/`, '--only', 'close-1012-answered'];
    expect((await farewell([...args, '--fail-on', 'should'])).status).toBe(0);
    expect((await farewell([...args, '--fail-on', 'practice'])).status).toBe(1);
  });

  test('--junit writes a suite for each group', async () => {
    await using server = await listenRawPeer(() => strict);
    const file = join(folder, 'junit.xml');
    await farewell(['probe', `ws://127.0.0.1:${server.port}/`, ...oneCheck, '--junit', file]);
    const xml = await readFile(file, 'utf8');
    expect(xml).toContain(
      '<testsuite name="closing handshake" tests="1" failures="1" skipped="0">',
    );
    expect(xml).toContain(
      '<testcase classname="farewell.probe.closing-handshake" name="close-1001-answered">',
    );
    expect(xml).toMatch(/<failure type="must" message="Close 1001 .*Close 1002 after/);
  });

  test('--baseline fails only on what got worse', async () => {
    await using server = await listenRawPeer(() => strict);
    const url = `ws://127.0.0.1:${server.port}/`;
    const file = join(folder, 'baseline.json');
    const before = await farewell(['probe', url, ...oneCheck, '--json']);
    expect(before.status).toBe(1);
    await writeFile(file, before.stdout);
    expect((await farewell(['probe', url, ...oneCheck, '--baseline', file])).status).toBe(0);
    const json = JSON.parse(before.stdout);
    json.checks[0].verdict = 'pass';
    await writeFile(file, JSON.stringify(json));
    expect((await farewell(['probe', url, ...oneCheck, '--baseline', file])).status).toBe(1);
  });

  test('says what to do where there is no WebSocket', async () => {
    const http = createHttpServer((_, response) => response.writeHead(404).end());
    http.on('upgrade', (_, socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 404 Not Found\r\n\r\n'),
    );
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/chat`;
    const refused = await farewell(['probe', url]);
    http.close();
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toContain('answered `HTTP/1.1 404 Not Found` instead of 101');
    await once(http, 'close');
    expect(await farewell(['probe', url])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('SIGINT ends it with 130', async () => {
    await using server = await listenRawPeer(() => strict);
    const first = server.next();
    const child = start(['probe', `ws://127.0.0.1:${server.port}/`, '--only', 'deadlines']);
    const end = finished(child);
    await first;
    await server.next();
    child.kill('SIGINT');
    expect((await end).status).toBe(130);
  });
});

describe('farewell probe --list', () => {
  test('names every check, as text and as JSON', async () => {
    const ids = allChecks.map(({ id }) => id);
    const { stdout } = await farewell(['probe', '--list']);
    expect(ids.filter((id) => !stdout.includes(`  ${id}  `))).toEqual([]);
    const { stdout: json } = await farewell(['probe', '--list', '--json']);
    const listed: Array<{ id: string }> = JSON.parse(json).checks;
    expect(listed.map(({ id }) => id)).toEqual(ids);
  });
});

describe('farewell probe --listen', () => {
  test('plays the check that the path names, and reports what the client did', async () => {
    const args = ['--only', 'close-1000-with-reason-answered,client-leaves-fin-to-server'];
    const child = start(['probe', '--listen', '0', ...args, '--json', '--patience', '3s']);
    const end = finished(child);
    const url = await listeningUrl(child.stderr);
    await Promise.all(args[1]?.split(',').map((id) => visit(url + id)) ?? []);
    const { stdout, status } = await end;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      target: { kind: 'client', url },
      checks: [
        { id: 'close-1000-with-reason-answered', verdict: 'pass' },
        // ws sends FIN as soon as both Close frames have passed.
        { id: 'client-leaves-fin-to-server', verdict: 'fail' },
      ],
    });
  });
});

async function listeningUrl(stderr: NodeJS.ReadableStream | null): Promise<string> {
  if (stderr === null) throw new Error('no stderr');
  const [chunk] = await once(stderr, 'data');
  const [, url] = /listens on (ws:\S+)/.exec(String(chunk)) ?? [];
  if (url === undefined) throw new Error(`no URL in ${chunk}`);
  return url;
}

async function visit(url: string): Promise<void> {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  await once(socket, 'close');
}

describe('usage', () => {
  test.each([
    [['probe'], 'Expected a URL such as'],
    [['probe', 'http://x/'], 'begins with ws:// or wss://'],
    [
      ['probe', 'ws://x/', '--only', 'close-1000-with-reason'],
      'did you mean close-1000-with-reason-answered?',
    ],
    [['probe', 'ws://x/', '--patience', '0'], 'at least 100ms'],
    [['probe', 'ws://x/', '--signal', 'TERM'], 'give its `--pid` too'],
    [['probe', 'ws://x/', '--pid', '1', '--signal', 'NOPE'], 'the name of a signal'],
    [['probe', 'ws://x/', '--listen', '1'], 'give one of them'],
    [['probe', '--listen', 'x'], 'PORT or HOST:PORT'],
    [['probe', 'ws://x/', '--stack', 'x'], '`--stack` to be one of ws, '],
    [['probe', 'ws://x/', '--baseline', '/dev/null'], 'the output of `farewell probe --json`'],
  ])('%j is refused with 2 and says what is expected', async (args, message) => {
    const { stdout, stderr, status } = await farewell(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});
