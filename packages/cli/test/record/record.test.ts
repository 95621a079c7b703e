import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { argumentsFor, filesWritten } from '../../src/record/capturer.ts';
import { parseRequest } from '../../src/record/request.ts';
import { farewell, finished, start } from '../support/farewell.ts';

const typed = { output: 'a.pcap', interface: 'any' };

describe('what is asked of the capturing program', () => {
  test('a port, an endpoint and a host become a filter', () => {
    const filters = [':8080', '[::1]:80', 'chat.example:443'].map((target) => {
      const request = parseRequest(target, typed);
      return request.ok ? request.value.filter : request.error;
    });
    expect(filters).toEqual([
      'tcp port 8080',
      'host ::1 and tcp port 80',
      'host chat.example and tcp port 443',
    ]);
  });

  test.each([
    ['java', typed, 'Expected a port'],
    [':8080', { ...typed, for: '0' }, 'longer than 0'],
    [':8080', { ...typed, ring: '1' }, 'Expected `--ring`'],
    [':8080', { ...typed, output: '-' }, 'Expected `--output`'],
    [':8080', { ...typed, interface: '--help' }, 'Expected `--interface`'],
  ])('%s %j is refused', (target, options, error) => {
    expect(parseRequest(target, options)).toMatchObject({ ok: false });
    expect(JSON.stringify(parseRequest(target, options))).toContain(error);
  });

  test('a ring has four files, whose names explain is told', () => {
    const request = parseRequest(':8080', { ...typed, ring: '400' });
    if (!request.ok) throw new Error(request.error);
    const tcpdump = { name: 'tcpdump', path: '' } as const;
    const dumpcap = { name: 'dumpcap', path: '' } as const;
    expect(argumentsFor(tcpdump, request.value).join(' ')).toContain('-C 100 -W 4');
    expect(argumentsFor(dumpcap, request.value).join(' ')).toContain(
      '-b filesize:100000 -b files:4',
    );
    expect(filesWritten(tcpdump, request.value)).toBe('a.pcap[0-9]*');
    expect(filesWritten(dumpcap, request.value)).toBe('a_*.pcap');
  });
});

test('without tcpdump and dumpcap it says what to install', async () => {
  const { stderr, status } = await farewell(['record', ':8080', '-o', 'a.pcap'], {
    env: { PATH: '/nonexistent' },
  });
  expect(stderr).toContain('neither tcpdump nor dumpcap is in PATH');
  expect(status).toBe(3);
});

describeWith(['linux', 'root', 'tcpdump'], 'farewell record', () => {
  test('records a connection that explain then explains', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'farewell-record-'));
    const file = join(folder, 'one.pcap');
    const server = createServer((socket) => socket.end());
    try {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const child = start(['record', `127.0.0.1:${port}`, '-o', file, '--interface', 'lo']);
      const end = finished(child);
      while (!existsSync(file) || statSync(file).size < 24) await pause(10);
      await untilCaptured(port, file);
      child.kill('SIGINT');
      const { stdout, status } = await end;
      expect(stdout).toContain(`farewell explain ${file}`);
      expect(status).toBe(0);
      const answer = JSON.parse((await farewell(['explain', file, '--json'])).stdout);
      const held = answer.connections.map(({ tcp }: { tcp: unknown }) => tcp);
      const serverFirst = { firstFin: 'server', timeWait: 'server' };
      expect(held).toContainEqual(expect.objectContaining(serverFirst));
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('ends by itself after --for, and names what went wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'farewell-record-'));
    try {
      const file = join(folder, 'a.pcap');
      const args = ['record', ':1', '-o', file, '--interface', 'lo', '--for', '300ms'];
      expect((await farewell(args)).status).toBe(0);
      const wrong = await farewell(['record', ':1', '-o', file, '--interface', 'nosuch0']);
      expect(wrong.stderr).toContain('nosuch0');
      expect(wrong.status).toBe(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The file's header is written a moment before packets are: connections until one is in the file. */
async function untilCaptured(port: number, file: string): Promise<void> {
  const empty = 24;
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' }).resume();
    await once(socket, 'close');
    const deadline = Date.now() + 1000;
    while (statSync(file).size <= empty && Date.now() < deadline) await pause(10);
    if (statSync(file).size > empty) return;
  }
}
