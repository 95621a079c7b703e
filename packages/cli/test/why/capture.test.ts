import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test, vi } from 'vitest';
import { descendantsOf, isAlive } from '../../../../test/support/processes.ts';
import { describeWith } from '../../../../test/support/requires.ts';
import {
  closeBytes,
  frameBytes,
  upgradeRequest,
  upgradeResponse,
} from '../../../evidence/test/captures/support/connection-script.ts';
import type { WhyJson } from '../../src/why/render-json.ts';
import { parseRequest } from '../../src/why/request.ts';
import { Service } from '../support/ends.ts';
import { asNobody, farewell, finished, start } from '../support/farewell.ts';

const schema = new URL('../../../../docs/reference/why.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schema, 'utf8')),
);

describe('--capture', () => {
  test.each([
    [undefined, {}, 'Expected a port'],
    ['java', {}, 'Expected a port'],
    [':8080', { for: '0' }, 'longer than 0'],
    [':8080', { watch: true }, '`--watch`'],
    [':8080', { from: ['table'] }, 'farewell explain'],
  ])('of %s with %j is refused', (target, options, error) => {
    const request = parseRequest(target, { ...options, capture: true, failOn: 'problem' });
    expect(request.ok ? '' : request.error).toContain(error);
  });

  test('without tcpdump and dumpcap says what to install', async () => {
    const { stdout, stderr, status } = await farewell(['why', ':8080', '--capture'], {
      env: { PATH: '/nonexistent' },
    });
    expect(stderr).toContain('neither tcpdump nor dumpcap is in PATH');
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
  });
});

describeWith(['linux', 'setpriv', 'tcpdump'], 'farewell why --capture without privilege', () => {
  test('says what it takes', async () => {
    const { stdout, stderr, status } = await farewell(['why', ':8080', '--capture'], {
      wrapper: asNobody,
    });
    expect(stderr).toContain('Capturing takes root or CAP_NET_RAW');
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
  });
});

describeWith(['linux', 'root', 'tcpdump'], 'farewell why --capture', () => {
  test('says of a leak that its sockets speak WebSocket and how they came to it', async () => {
    await using service = await Service.open();
    const answer = await whileClosing(service, ['--json']);
    const leak = answer.verdicts.find(({ id }) => id === 'close-wait-leak');
    const texts = leak?.evidence.filter(({ source }) => source === 'packets');
    expect(texts?.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\d+ of them speak WebSocket$/),
        expect.stringMatching(/^packets show close-never-answered for \d+ connections?$/),
        expect.stringMatching(/^packets show the same for \d+ connections?$/),
      ]),
    );
    expect(answer.sources).toContain('packets (tcpdump)');
    expect(answer.packets).toMatchObject({ source: 'tcpdump', lost: 0 });
    const ids = answer.packets?.verdicts.map(({ id }) => id) ?? [];
    // The table says the same of the leak: it is not said twice.
    expect(ids).toContain('close-never-answered');
    expect(ids).not.toContain('close-wait-leak');
  });

  test('tells in its header which connections speak WebSocket', async () => {
    await using service = await Service.open();
    await service.pair();
    const { stdout } = await until(watching(service.port, ['--for', '1s']).end, async () => {
      await upgraded(service);
      (await service.pair()).client.write('hello\n');
    });
    const header = stdout.split('\n\n')[0]?.replaceAll('\n', ' ');
    expect(header).toMatch(
      /packets \(tcpdump\): \d+ of \d+ connections speak WebSocket.*, \d+ something else,.* unknown of \d+ silent sockets$/,
    );
    expect(header).not.toContain('cannot see');
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('leaves no tcpdump behind on %s', async (signal, expected) => {
    const { child, end } = watching(1, ['--for', '60s']);
    const tcpdump = await capturerOf(child);
    child.kill(signal);
    expect((await end).status).toBe(expected);
    await vi.waitUntil(() => !isAlive(tcpdump));
  });

  test('ends with 3 and what it said when the capturing program dies', async () => {
    const { child, end } = watching(1, ['--for', '2s']);
    process.kill(await capturerOf(child), 'SIGKILL');
    const { stderr, status } = await end;
    expect(stderr).toContain('tcpdump ended with SIGKILL');
    expect(status).toBe(3);
  });
});

describeWith(['linux', 'root', 'dumpcap'], 'farewell why --capture with dumpcap', () => {
  test('joins what it captured', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'farewell-dumpcap-'));
    try {
      symlinkSync(onPath('dumpcap'), join(folder, 'dumpcap'));
      await using service = await Service.open();
      const answer = await whileClosing(service, ['--json'], { PATH: folder });
      expect(answer.packets).toMatchObject({ source: 'dumpcap', lost: 0 });
      expect(answer.packets?.spoken.websocket).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describeWith(['linux', 'root', 'tcpdump', 'namespaces'], 'in another network namespace', () => {
  test('the packets there are captured', async () => {
    const script =
      "ip link set lo up; exec node -e \"const n=require('net');const s=n.createServer(c=>c.resume());" +
      "s.listen(7,'127.0.0.1',()=>setInterval(()=>n.connect(7,'127.0.0.1').end('x'),50))\"";
    const other = spawn('unshare', ['--net', 'sh', '-c', script], { stdio: 'ignore' });
    try {
      const args = ['why', '--pid', String(other.pid), ':7', '--capture', '--for', '1s', '--json'];
      const { stdout, stderr } = await farewell(args);
      expect(stderr).toBe('');
      const answer = JSON.parse(stdout) as WhyJson;
      expect(answer.packets?.packets).toBeGreaterThan(0);
    } finally {
      other.kill('SIGKILL');
    }
  });
});

function watching(port: number, args: readonly string[], env: Record<string, string> = {}) {
  const child = start(['why', `:${port}`, '--capture', ...args], { env });
  return { child, end: finished(child) };
}

/** The pid of the capturing program, once there is one. */
async function capturerOf({ pid }: ChildProcess): Promise<number> {
  for (;;) {
    const [child] = pid === undefined ? [] : descendantsOf(pid);
    if (child !== undefined) return child;
    await pause(10);
  }
}

/** Does something again and again until `end` is settled. */
async function until<T>(end: Promise<T>, act: () => Promise<void>): Promise<T> {
  const run = { isOver: false };
  void end.finally(() => (run.isOver = true));
  while (!run.isOver) {
    await act();
    await pause(50);
  }
  return end;
}

/** Connections are opened and closed until the answer is there: those of the first second are stuck. */
async function whileClosing(
  service: Service,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<WhyJson> {
  const { end } = watching(service.port, ['--for', '3s', ...args], env);
  const { stdout, stderr } = await until(end, () => leakOne(service));
  expect(stderr).toBe('');
  const answer: unknown = JSON.parse(stdout);
  validate(answer);
  expect(validate.errors ?? []).toEqual([]);
  return answer as WhyJson;
}

function onPath(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? name;
}

/** A WebSocket on which a message was sent. The server answers nothing more and never closes. */
async function upgraded(service: Service): Promise<Socket> {
  const { client, server } = await service.pair();
  server.once('data', () => server.write(upgradeResponse())).resume();
  client.write(upgradeRequest());
  await once(client, 'data');
  client.write(frameBytes({ masked: true }));
  return client;
}

/** A WebSocket whose client sends Close, is not answered, and ends TCP. */
async function leakOne(service: Service): Promise<void> {
  const client = await upgraded(service);
  client.end(closeBytes({ masked: true, code: 1000 }));
}
