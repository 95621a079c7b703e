/**
 * `farewell why` against WebSocket servers of three stacks, each fault made on purpose: it must name
 * the fault, the process and the cost, and count what the kernel's own table counts.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { SocketRow, SocketState } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import {
  closePayload,
  connectRawPeer,
  encodeFrame,
  type RawPeer,
  type Reflexes,
  type Step,
  vanish,
} from '@farewell/probe';
import { describe, expect, test } from 'vitest';
import { type PeerServer, type Stack, stacks, startPeer } from './support/peer-server.ts';
import { describeWith } from './support/requires.ts';

const cli = fileURLToPath(new URL('../packages/cli/bin/farewell.js', import.meta.url));
const utf8 = new TextEncoder();
const sendClose: Step = { do: 'frame', frame: { opcode: 8, payload: closePayload(1000) } };

for (const stack of stacks)
  describeWith(
    ['linux', 'root', 'prlimit', ...stack.needs],
    `why, against a ${stack.name} server`,
    () => describe('names', () => faults(stack)),
  );

function faults(stack: Stack): void {
  test('a CLOSE-WAIT leak, the process that holds it and its descriptors', async () => {
    await using server = await startPeer(stack);
    await using peers = await connectPeers(server, 6, { fin: 'never' });
    await command(peers.all[0], 'hang');
    await peers.all[0]?.until((seen) => seen.some(({ what }) => what === 'message'));
    for (const peer of peers.all) peer.perform(sendClose, { do: 'fin' });
    await rowsBecome(server, 'CLOSE-WAIT', 5);
    const verdict = await why(server, 'close-wait-leak');
    expect(verdict.count).toBe(count(server, 'CLOSE-WAIT'));
    expectProcess(verdict, stack, server);
    expect(resources(verdict)).toContain('descriptors');
  });

  test('FIN-WAIT-2 of a peer that answers Close and keeps its own side open', async () => {
    await using server = await startPeer(stack);
    await using peers = await connectPeers(server, 4, { fin: 'never' });
    for (const peer of peers.all) peer.perform(sendClose);
    const rows = await rowsBecome(server, 'FIN-WAIT-2', 4);
    const held = rows.every(({ inode }) => inode !== 0);
    const verdict = await why(server, held ? 'fin-wait-2-held' : 'fin-wait-2-orphan');
    expect(verdict.count).toBe(4);
    if (held) expectProcess(verdict, stack, server);
    expect(verdict.lasts.ms === null).toBe(held); // only an orphan has a timer
  });

  test('a peer that vanished while data was on its way', async () => {
    await using server = await startPeer(stack);
    await using peers = await connectPeers(server, 3, {});
    for (const peer of peers.all) {
      await vanish(peer.socket); // what we send still arrives, the answer does not
      await command(peer, 'say 1000');
    }
    await rowsBecome(server, 'ESTABLISHED', 3, (row) => (row.timer?.tries ?? 0) > 1);
    const verdict = await why(server, 'half-open-peer-gone');
    expect(verdict.count).toBe(3);
    expectProcess(verdict, stack, server);
  });

  test('a consumer that stopped reading, which is not a peer that is gone', async () => {
    await using server = await startPeer(stack);
    await using peers = await connectPeers(server, 2, {});
    for (const peer of peers.all) {
      peer.socket.pause();
      peer.socket.write(textFrame('say 33000000'));
    }
    await rowsBecome(server, 'ESTABLISHED', 2, (row) => row.timer?.kind === 'probe');
    const { verdicts } = await report(server);
    expect(verdicts.find(({ id }) => id === 'slow-consumer')).toMatchObject({ count: 2 });
    expect(verdicts.map(({ id }) => id)).not.toContain('half-open-peer-gone');
  });

  test('TIME-WAIT on the server as healthy', async () => {
    await using server = await startPeer(stack);
    await using peers = await connectPeers(server, 8, {});
    for (const peer of peers.all) peer.perform(sendClose);
    // On a busy machine a connection may end otherwise: most will do, and the counts have to agree.
    await rowsBecome(server, 'TIME-WAIT', 6);
    const { verdicts, status } = await report(server);
    expect(verdicts.find(({ id }) => id === 'time-wait-on-server')).toMatchObject({
      severity: 'healthy',
      count: count(server, 'TIME-WAIT'),
    });
    expect(status).toBe(0);
  });

  test('descriptors that run out, with the limit of the process', async () => {
    const limit = 160;
    await using server = await startPeer(stack, ['prlimit', `--nofile=${limit}:${limit}`]);
    await using opened = await connectUntilFull(server, limit);
    await rowsBecome(
      server,
      'ESTABLISHED',
      opened.all.length,
      (row) => row.localPort === server.port,
    );
    const verdict = await why(server, 'descriptor-exhaustion');
    expectProcess(verdict, stack, server);
    expect(verdict.costs.map(({ limit }) => limit)).toContain(limit);
  });

  test('an accept queue that overflows because the server does not accept', async () => {
    await using server = await startPeer(stack);
    process.kill(server.pid, 'SIGSTOP');
    using _ = connectMany(server, 700);
    await rowsBecome(server, 'LISTEN', 1, (row) => (row.receiveQueue ?? 0) > (row.sendQueue ?? 0));
    const verdict = await why(server, 'listen-queue-overflow');
    expectProcess(verdict, stack, server);
    expect(verdict.port).toBe(server.port);
  });
}

interface Verdict {
  readonly id: string;
  readonly severity: string;
  readonly count: number;
  readonly port: number | null;
  readonly process: { readonly pid: number; readonly name: string } | null;
  readonly costs: ReadonlyArray<{ readonly resource: string; readonly limit: number | null }>;
  readonly lasts: { readonly ms: number | null };
}

async function report(server: PeerServer): Promise<{ verdicts: Verdict[]; status: number | null }> {
  const args = [cli, 'why', `:${server.port}`, '--for', '1500ms', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { verdicts: JSON.parse(Buffer.concat(chunks).toString()).verdicts, status };
}

async function why(server: PeerServer, id: string): Promise<Verdict> {
  const { verdicts } = await report(server);
  // Both ends are on this machine: the test's own end may have a verdict of the same name.
  const verdict = verdicts.find((each) => each.id === id && each.process?.pid !== process.pid);
  if (verdict) return verdict;
  throw new Error(`Expected the verdict ${id}, got ${JSON.stringify(verdicts, null, 1)}`);
}

function expectProcess(verdict: Verdict, stack: Stack, server: PeerServer): void {
  expect(verdict.process).toMatchObject({ pid: server.pid });
  expect(verdict.process?.name).toMatch(stack.comm);
}

function resources(verdict: Verdict): string[] {
  return verdict.costs.map(({ resource }) => resource);
}

function serverRows(server: PeerServer, tcpState: SocketState): SocketRow[] {
  using namespace = openNamespace({ kind: 'own' });
  return namespace
    .readTable()
    .rows.filter((row) => row.localPort === server.port && row.tcpState === tcpState);
}

function count(server: PeerServer, tcpState: SocketState): number {
  return serverRows(server, tcpState).length;
}

/** Waits until at least `wanted` sockets of the server are in `tcpState`; the test's own limit bounds it. */
async function rowsBecome(
  server: PeerServer,
  tcpState: SocketState,
  ...[wanted, such = () => true]: [wanted: number, such?: (row: SocketRow) => boolean]
): Promise<SocketRow[]> {
  for (;;) {
    const rows = serverRows(server, tcpState).filter(such);
    if (rows.length >= wanted) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function textFrame(text: string): Uint8Array {
  return encodeFrame({ opcode: 1, payload: utf8.encode(text), masked: true });
}

/** Sends a command; the server obeys when it gets to it. */
async function command(peer: RawPeer | undefined, text: string): Promise<void> {
  await new Promise((resolve) => peer?.socket.write(textFrame(text), resolve));
}

interface Peers extends AsyncDisposable {
  readonly all: readonly RawPeer[];
}

const open: readonly Step[] = [{ do: 'open' }, { do: 'wait', for: 'handshake' }];

async function connectPeers(
  server: PeerServer,
  wanted: number,
  reflexes: Partial<Reflexes>,
): Promise<Peers> {
  const all: RawPeer[] = [];
  for (let index = 0; index < wanted; index += 1) {
    const peer = await connectRawPeer({ name: 'client', steps: open, reflexes }, address(server));
    all.push(peer);
    await peer.until((seen) => seen.some(({ what }) => what === 'handshake'));
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((peer) => peer[Symbol.asyncDispose]()));
    },
  };
}

/** Opens connections until the server's process has 8 descriptors left. */
async function connectUntilFull(server: PeerServer, limit: number): Promise<Peers> {
  const room = limit - readdirSync(`/proc/${server.pid}/fd`).length;
  return connectPeers(server, room - 8, {});
}

/** Starts TCP connections without waiting for them: a full accept queue answers none. */
function connectMany(server: PeerServer, wanted: number): Disposable {
  const sockets = Array.from({ length: wanted }, (): Socket => {
    const socket = connect(address(server));
    socket.on('error', () => {});
    return socket;
  });
  return {
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function address(server: PeerServer): { host: string; port: number } {
  return { host: '127.0.0.1', port: server.port };
}
