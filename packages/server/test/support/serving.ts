import { once } from 'node:events';
import { connect } from '@farewell/client/node';
import type { ManagedConnection } from '@farewell/connection';
import { createServer, type ManagedServer, type ServerOptions } from '@farewell/server';
import { WebSocket } from 'ws';

export interface Serving extends AsyncDisposable {
  readonly server: ManagedServer;
  readonly port: number;
  readonly url: string;
  /** So many connections of ours, open. */
  clients(count: number): Promise<ManagedConnection[]>;
}

/** A server on loopback without heartbeats, and a URL to it. */
export async function serving(options: Partial<ServerOptions> = {}): Promise<Serving> {
  const server = createServer({ port: 0, host: '127.0.0.1', heartbeat: false, ...options });
  const { port } = await server.listening;
  const url = `ws://127.0.0.1:${port}`;
  const quiet = { heartbeat: false } as const;
  return {
    server,
    port,
    url,
    clients: (count) =>
      Promise.all(Array.from({ length: count }, () => connect(url, quiet).opened)),
    async [Symbol.asyncDispose]() {
      await server.close();
    },
  };
}

export interface MutePeer extends AsyncDisposable {
  /** Its port, as the server sees it. */
  readonly remotePort: number;
}

/** Opens a connection and reads no more, so that no Close frame is ever answered. */
export async function mutePeer(server: ManagedServer): Promise<MutePeer> {
  const { port } = await server.listening;
  const connected = once(server, 'connection') as Promise<[ManagedConnection]>;
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  peer.on('error', () => {});
  await once(peer, 'open');
  peer.pause();
  const [{ remotePort = 0 }] = await connected;
  return {
    remotePort,
    async [Symbol.asyncDispose]() {
      peer.terminate();
    },
  };
}
