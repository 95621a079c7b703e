import { readFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connect } from '@farewell/client/node';
import type { ConnectionOptions, ManagedConnection } from '@farewell/connection';
import type { Role, SocketRow } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import {
  connectRawPeer,
  listenRawPeer,
  type RawPeer,
  type Script,
  type Step,
} from '@farewell/probe';
import { createServer } from '@farewell/server';

/** A connection of ours in one role, with a raw peer at the other end. */
export interface Subject extends AsyncDisposable {
  readonly connection: ManagedConnection;
  readonly peer: RawPeer;
  /** What the kernel holds for our end of it. */
  rows(): SocketRow[];
  /** The longest that the event loop was held up so far, ms. */
  longestDelay(): number;
}

const host = '127.0.0.1';
const opening: readonly Step[] = [{ do: 'open' }, { do: 'wait', for: 'handshake' }];

/** Over TLS both ends use the certificate that the other peers of the tests use. */
export type SubjectOptions = ConnectionOptions & { readonly tls?: boolean };

/** Connects the two. A raw client opens the connection before it plays the script's steps. */
export async function subject(
  role: Role,
  script: Script,
  options: SubjectOptions,
): Promise<Subject> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const pair =
    role === 'server' ? await asServer(script, options) : await asClient(script, options);
  const { peer } = pair;
  const { localPort = 0, remotePort = 0 } = peer.socket;
  return {
    ...pair,
    rows: () => rowsOf(remotePort, localPort),
    longestDelay: () => delay.max / 1e6,
    async [Symbol.asyncDispose]() {
      delay.disable();
      await pair[Symbol.asyncDispose]();
    },
  };
}

type Pair = Pick<Subject, 'connection' | 'peer' | typeof Symbol.asyncDispose>;

async function asServer(script: Script, { tls, ...options }: SubjectOptions): Promise<Pair> {
  const https = tls ? createHttps(certificate()).listen(0, host) : null;
  const place = https ? { server: https } : { port: 0, host };
  const server = createServer({ ...options, ...place });
  server.on('error', () => {});
  const connected = new Promise<ManagedConnection>((resolve) => server.once('connection', resolve));
  const { port } = await server.listening;
  const steps = [...opening, ...script.steps];
  const secure = https && { tls: { rejectUnauthorized: false } };
  const peer = await connectRawPeer({ ...script, steps }, { host, port, ...secure });
  return {
    connection: await connected,
    peer,
    async [Symbol.asyncDispose]() {
      await peer[Symbol.asyncDispose]();
      await server.close();
      https?.close();
    },
  };
}

async function asClient(script: Script, { tls, ...options }: SubjectOptions): Promise<Pair> {
  const secure = tls ? { tls: certificate() } : {};
  const server = await listenRawPeer(() => afterOpening(script), secure);
  const next = server.next();
  const url = `${tls ? 'wss' : 'ws'}://${host}:${server.port}`;
  const connection = connect(url, { ...options, ws: { rejectUnauthorized: false } });
  connection.on('error', () => {});
  const peer = await next;
  return {
    connection,
    peer,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await connection.terminate();
    },
  };
}

/** A self-signed one, and its key. */
export function certificate(): { readonly key: Buffer; readonly cert: Buffer } {
  return { key: tlsFile('key.pem'), cert: tlsFile('cert.pem') };
}

function tlsFile(name: string): Buffer {
  return readFileSync(new URL(`../../../../test/peers/tls/${name}`, import.meta.url));
}

/** Steps run before reflexes, so a raw server opens by a step, or not at all if its script says so. */
function afterOpening(script: Script): Script {
  if (script.reflexes?.handshake !== undefined) return script;
  const steps: Step[] = [{ do: 'wait', for: 'handshake' }, { do: 'open' }, ...script.steps];
  return { ...script, steps, reflexes: { ...script.reflexes, handshake: 'never' } };
}

/** Both families at once: an IPv4 peer of a dual-stack listener is in the IPv6 table. */
function rowsOf(localPort: number, remotePort: number): SocketRow[] {
  using namespace = openNamespace({ kind: 'own' });
  const { rows } = namespace.readTable({ tcpInfo: false });
  return rows.filter((row) => row.localPort === localPort && row.remotePort === remotePort);
}
