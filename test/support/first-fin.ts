import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { fileURLToPath } from 'node:url';
import { connect } from '@farewell/client/node';
import type { Role } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import { createServer, type Ending } from '@farewell/server';
import { stacks, startPeer } from './peer-server.ts';

/** Opens and closes connections between ours and a peer, then counts TIME-WAIT by side in the kernel's table. */
export interface Closes {
  readonly peer: 'ours' | 'ws' | 'undici' | 'python' | 'java';
  /** Which end is ours; with the peer `ours` both are. */
  readonly role: Role;
  readonly firstFin: Role;
  /** Who sends Close. */
  readonly initiator: Role;
  readonly count: number;
  readonly concurrency: number;
  /** Only between ours. */
  readonly tls?: 'TLSv1.2' | 'TLSv1.3';
}

/** Connections by who holds TIME-WAIT; `neither`: reset, or not closed by both. */
export type Held = Readonly<Record<Role | 'both' | 'neither', number>>;

export interface Counted {
  readonly held: Held;
  /** Connections counted: where a client's port was used twice, the later one. */
  readonly ports: number;
  /** Endings (of ours) whose `timeWait` or `firstFin` says `unknown`. */
  readonly unknown: { readonly timeWait: number; readonly firstFin: number };
  /** Endings that say what the kernel's table contradicts, as text. */
  readonly contradictions: readonly string[];
  /** Endings that are not clean, as text. */
  readonly unclean: readonly string[];
}

const host = '127.0.0.1';
const peers = fileURLToPath(new URL('../peers/', import.meta.url));

export async function countFirstFins(closes: Closes): Promise<Counted> {
  const endings: Ended[] = [];
  const port =
    closes.role === 'server' ? await serve(closes, endings) : await dial(closes, endings);
  return count(port, endings);
}

interface Ended {
  readonly ending: Ending;
  readonly clientPort: number;
}

const timeouts = { heartbeat: false, finTimeout: 5_000 } as const;

/** Ours is the server. Gives the port. */
async function serve(closes: Closes, endings: Ended[]): Promise<number> {
  const { firstFin, initiator, tls } = closes;
  const https = tls ? createHttps(certificate(tls)).listen(0, host) : null;
  if (https) await once(https, 'listening');
  const place = https ? { server: https } : { port: 0, host };
  await using server = createServer({ ...place, ...timeouts, firstFin });
  server.on('connection', (connection) => {
    const clientPort = connection.remotePort ?? 0;
    connection.on('close', (ending) => endings.push({ ending, clientPort }));
    if (initiator === 'server') void connection.close();
  });
  const { port } = await server.listening;
  if (closes.peer === 'ours') await dialOurs(closes, port, endings);
  else await runClient(closes, port);
  while (server.connections.size > 0) {
    const [connection] = server.connections;
    await connection?.closed;
  }
  https?.close();
  return port;
}

/** Ours is the client. */
async function dial(closes: Closes, endings: Ended[]): Promise<number> {
  const name = closes.peer === 'ws' ? 'node' : closes.peer;
  const stack = stacks.find((each) => each.name === name);
  if (!stack) throw new Error(`no server of ${closes.peer}`);
  await using server = await startPeer(stack);
  await dialOurs(closes, server.port, endings);
  return server.port;
}

async function dialOurs(closes: Closes, port: number, endings: Ended[]): Promise<void> {
  let left = closes.count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await dialOnce(closes, port, endings);
  };
  await Promise.all(Array.from({ length: closes.concurrency }, worker));
}

async function dialOnce(
  { firstFin, initiator, peer, tls }: Closes,
  port: number,
  endings: Ended[],
): Promise<void> {
  const url = `${tls ? 'wss' : 'ws'}://${host}:${port}`;
  const options = { ...timeouts, firstFin, ws: { rejectUnauthorized: false } };
  const connection = await connect(url, options).opened;
  const clientPort = connection.localPort ?? 0;
  if (initiator === 'client') void connection.close();
  else if (peer !== 'ours') void connection.send('close');
  endings.push({ ending: await connection.closed, clientPort });
}

async function runClient(closes: Closes, port: number): Promise<void> {
  const { peer, initiator, count, concurrency } = closes;
  const mode = initiator === 'client' ? 'close' : 'wait';
  const args = [`ws://${host}:${port}`, String(count), String(concurrency), mode];
  const commands: Readonly<Record<string, readonly string[]>> = {
    ws: [process.execPath, `${peers}node/client.js`, 'ws'],
    undici: [process.execPath, '--experimental-websocket', `${peers}node/client.js`, 'undici'],
    python: ['python3', `${peers}python/client.py`],
    java: ['java', '-cp', `${peers}java/lib/*`, `${peers}java/Client.java`],
  };
  const [program = '', ...first] = commands[peer] ?? [];
  const child = spawn(program, [...first, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes.toString()));
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`the ${peer} client ended with ${status}: ${errors.join('')}`);
}

function count(port: number, all: readonly Ended[]): Counted {
  const held = timeWaits(port);
  const endings = lastOfEachPort(all);
  const sides = { client: 0, server: 0, both: 0, neither: 0 };
  const ports = new Set(endings.map(({ clientPort }) => clientPort));
  for (const each of ports) sides[held.get(each) ?? 'neither'] += 1;
  const says = (what: 'timeWait' | 'firstFin'): number =>
    endings.filter(({ ending }) => ending.tcp[what] === 'unknown').length;
  return {
    held: sides,
    ports: ports.size,
    unknown: { timeWait: says('timeWait'), firstFin: says('firstFin') },
    contradictions: endings
      .filter(({ ending, clientPort }) => contradicts(ending, held.get(clientPort)))
      .map(({ ending, clientPort }) => describe(ending, clientPort, held.get(clientPort))),
    unclean: endings
      .filter(({ ending }) => ending.cause !== 'closing-handshake' || ending.error !== null)
      .map(({ ending }) => ending.text),
  };
}

function describe({ text, vantage, tcp }: Ending, clientPort: number, kernel = 'nobody'): string {
  const says = `${text} ${JSON.stringify(tcp)}`;
  return `${vantage} ${clientPort}: ${says}; the kernel says ${kernel}`;
}

/** A connection that reuses a port ends the TIME-WAIT of the one before it, of which the table then says nothing. */
function lastOfEachPort(endings: readonly Ended[]): readonly Ended[] {
  const keyOf = ({ clientPort, ending }: Ended): string => `${ending.vantage} ${clientPort}`;
  return [...new Map(endings.map((each) => [keyOf(each), each])).values()];
}

function contradicts({ tcp }: Ending, kernel: Role | 'both' | undefined): boolean {
  const { timeWait, firstFin } = tcp;
  if (kernel === undefined) return timeWait !== 'unknown' && timeWait !== 'none';
  const wrong = [timeWait, firstFin].some((says) => says !== 'unknown' && says !== kernel);
  return wrong;
}

/** Who holds TIME-WAIT for the connection from each client port to this server. */
function timeWaits(serverPort: number): Map<number, Role | 'both'> {
  using namespace = openNamespace({ kind: 'own' });
  const held = new Map<number, Role | 'both'>();
  const { rows } = namespace.readTable({ tcpInfo: false });
  for (const { tcpState, localPort, remotePort } of rows) {
    if (tcpState !== 'TIME-WAIT') continue;
    const side = localPort === serverPort ? 'server' : remotePort === serverPort ? 'client' : null;
    if (side === null) continue;
    const clientPort = side === 'server' ? remotePort : localPort;
    held.set(clientPort, held.has(clientPort) ? 'both' : side);
  }
  return held;
}

function certificate(version: 'TLSv1.2' | 'TLSv1.3'): object {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(`${peers}tls/${name}`));
  return { key, cert, minVersion: version, maxVersion: version };
}
