import { type ListenOptions, listen } from './listen.ts';
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

/** Default: 127.0.0.1, any free port, no TLS. */
export type RawServerOptions = Partial<ListenOptions>;

/**
 * Listens as a raw server that plays `choose(n)` for the n-th connection (from 0). What `choose` throws is an
 * uncaught exception. Disposal ends all connections.
 */
export async function listenRawPeer(
  choose: (index: number) => Script,
  { host = '127.0.0.1', port = 0, tls }: RawServerOptions = {},
): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const waiting: Array<(peer: RawPeer) => void> = [];
  const listener = await listen(
    (socket, tcp) => {
      const script = choose(peers.length);
      const peer = new RawPeer(socket, new Player({ role: 'server', script }), tcp);
      peers.push(peer);
      waiting.shift()?.(peer);
    },
    { host, port, tls },
  );
  return {
    port: listener.port,
    peers,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      const closed = listener[Symbol.asyncDispose]();
      await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
      await closed;
    },
  };
}
