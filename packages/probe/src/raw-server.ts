import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import { Player } from './play.ts';
import { RawPeer } from './raw-peer.ts';
import type { Script } from './script.ts';

/** The listening side of raw peers, with TLS or without. */

export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** One for each connection, oldest first. */
  readonly peers: readonly RawPeer[];
  /** The next connection that comes in. */
  next(): Promise<RawPeer>;
}

export interface RawServerOptions {
  readonly host?: string;
  readonly port?: number;
  /** TLS, with this key and certificate. */
  readonly tls?: SecureContextOptions;
}

/** Listens as a raw server that plays `choose(n)` for the n-th connection (from 0). */
export async function listenRawPeer(
  choose: (index: number) => Script,
  { host = '127.0.0.1', port = 0, tls }: RawServerOptions = {},
): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const waiting: Array<(peer: RawPeer) => void> = [];
  const server = serverOf(tls, (socket, tcp) => {
    const script = choose(peers.length);
    const peer = new RawPeer(socket, new Player({ role: 'server', script }), tcp);
    peers.push(peer);
    waiting.shift()?.(peer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: portOf(server),
    peers,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
      await closed;
    },
  };
}

/**
 * A server that gives `accept` each connection, once TLS stands where there is any, with the TCP socket below it.
 * One whose TLS fails, or takes longer than 10 s, is dropped. Throws if `tls` is no fit key and certificate.
 */
export function serverOf(
  tls: SecureContextOptions | undefined,
  accept: (socket: Socket, tcp: Socket) => void,
): Server {
  const secureContext = tls && createSecureContext(tls);
  return createServer({ allowHalfOpen: true, noDelay: true }, (tcp) => {
    if (secureContext === undefined) return accept(tcp, tcp);
    // TLS on a socket of our own, and not Node's TLS server: the peer needs both of them.
    const socket = new TLSSocket(tcp, { isServer: true, secureContext });
    once(socket, 'secure', { signal: AbortSignal.timeout(tlsWithin) })
      .then(() => accept(socket, tcp))
      .catch(() => tcp.destroy());
  });
}

const tlsWithin = 10_000;

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('Expected the raw server to listen on a TCP port.');
}
