import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
  type TlsOptions,
} from 'node:tls';
import type { Role } from '@farewell/core';
import { type Effect, type Incoming, Player, type Seen } from './play.ts';
import type { Script, Step } from './script.ts';
import { canSetSocketOptions, cork, resetOnClose, vanish } from './socket-options.ts';

/** The thin shell that plays a script on a real TCP socket. Times are ms of `performance.now()`. */

/** What was done and seen, in order. `by` is relative to the raw peer. */
export interface TranscriptEntry {
  readonly at: number;
  readonly by: 'us' | 'peer';
  readonly what: string;
  readonly seen?: Seen;
}

export class RawPeer implements AsyncDisposable {
  readonly transcript: TranscriptEntry[] = [];
  readonly socket: Socket;
  /** Fulfilled once the script has been played to its end, or the socket is gone. */
  readonly played: Promise<void>;
  /** Fulfilled once the descriptor is closed. */
  readonly ended: Promise<void>;
  readonly #tcp: Socket;
  readonly #player: Player;
  #timer: NodeJS.Timeout | null = null;
  #finishPlaying: () => void = () => {};
  #onDone: () => void = () => {};
  #waiters: Array<{ met: (seen: readonly Seen[]) => boolean; resolve: () => void }> = [];
  #noted = 0;

  /** `tcp`: the socket below, where `socket` is TLS. */
  constructor(socket: Socket, player: Player, tcp: Socket = socket) {
    this.socket = socket;
    this.#tcp = tcp;
    this.#player = player;
    this.played = new Promise((resolve) => {
      this.#finishPlaying = resolve;
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#take({ kind: 'ended' });
        this.#finishPlaying();
        resolve();
      });
    });
    this.#listen(socket);
  }

  /** What came in so far. */
  get seen(): readonly Seen[] {
    return this.#player.seen;
  }

  /** Plays more steps, once those of the script have been played. */
  perform(...steps: readonly Step[]): void {
    this.#player.append(steps);
    this.#take({ kind: 'time' });
  }

  /** Fulfilled once all steps have been played, those of `perform` included, or the socket is gone. */
  async finishedPlaying(): Promise<void> {
    if (this.#player.done) return;
    const done = new Promise<void>((resolve) => {
      this.#onDone = resolve;
    });
    await Promise.race([done, this.ended]);
  }

  /** Fulfilled when what came in satisfies `met`; rejected by the socket's end before that. */
  async until(met: (seen: readonly Seen[]) => boolean): Promise<void> {
    if (met(this.seen)) return;
    const satisfied = new Promise<void>((resolve) => this.#waiters.push({ met, resolve }));
    await Promise.race([satisfied, this.ended]);
    if (!met(this.seen)) throw new Error('the socket ended before what was waited for came in');
  }

  /** Ends it with RST, so that nothing of it remains at either end; after both FINs that is not needed. */
  async reset(): Promise<void> {
    const { destroyed, readableEnded, writableEnded } = this.socket;
    if (readableEnded && writableEnded) this.socket.destroy();
    else if (!destroyed) this.#reset();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.ended;
  }

  #listen(socket: Socket): void {
    socket.on('data', (bytes) => this.#take({ kind: 'bytes', bytes }));
    socket.on('end', () => this.#take({ kind: 'fin' }));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#take({ kind: 'reset', errno: error.code ?? error.message });
    });
    if (!socket.connecting) this.#take({ kind: 'connected' });
    else socket.once('connect', () => this.#take({ kind: 'connected' }));
  }

  #take(incoming: Incoming): void {
    const now = performance.now();
    const { effects, wakeAt } = this.#player.play(incoming, now);
    this.#noteSeen();
    for (const effect of effects) this.#carryOut(effect, now);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#player.done) {
      this.#finishPlaying();
      this.#onDone();
    }
    if (wakeAt === null || this.socket.destroyed) return;
    this.#timer = setTimeout(() => this.#take({ kind: 'time' }), Math.max(0, wakeAt - now));
  }

  /**
   * Node resets TCP sockets only. To reset the one below TLS takes the process down with it (Node 20), so the
   * kernel is told to reset on close; without koffi it is a FIN.
   */
  #reset(): void {
    if (this.socket === this.#tcp) {
      this.socket.resetAndDestroy();
      return;
    }
    if (canSetSocketOptions()) resetOnClose(this.#tcp);
    this.socket.destroy();
  }

  #noteSeen(): void {
    for (const seen of this.seen.slice(this.#noted))
      this.transcript.push({ at: seen.at, by: 'peer', what: seen.what, seen });
    this.#noted = this.seen.length;
    for (const waiter of this.#waiters.filter(({ met }) => met(this.seen))) waiter.resolve();
  }

  #carryOut(effect: Effect, at: number): void {
    this.transcript.push({ at, by: 'us', what: 'what' in effect ? effect.what : effect.do });
    const { socket } = this;
    switch (effect.do) {
      case 'send':
        if (socket.writable) socket.write(effect.bytes);
        return;
      case 'fin':
        if (socket.writable) socket.end();
        return;
      case 'reset':
        this.#reset();
        return;
      case 'stop-reading':
        socket.pause();
        return;
      case 'resume-reading':
        socket.resume();
        return;
      case 'vanish':
        vanish(this.#tcp).catch((error: unknown) => socket.destroy(error as Error));
        return;
      case 'cork':
        if (canSetSocketOptions()) cork(this.#tcp);
        return;
      case 'note':
    }
  }
}

export interface RawClientOptions {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  /** For the request's Host header. Default: `host:port`. */
  readonly authority?: string;
  readonly localAddress?: string;
  /** TLS, with these options. */
  readonly tls?: ConnectionOptions;
  /** Gives the attempt to connect up. */
  readonly signal?: AbortSignal;
}

/** Connects as a raw client and plays the script. Rejects if TCP or TLS cannot be set up. */
export async function connectRawPeer(script: Script, options: RawClientOptions): Promise<RawPeer> {
  const { path = '/', authority = `${options.host}:${options.port}`, tls, signal, ...to } = options;
  const tcp = connect({ ...to, allowHalfOpen: true, noDelay: true });
  try {
    await once(tcp, 'connect', { signal });
    const socket = tls ? connectTls({ ...tls, socket: tcp }) : tcp;
    if (socket !== tcp) await once(socket, 'secureConnect', { signal });
    return new RawPeer(socket, player('client', script, { host: authority, path }), tcp);
  } catch (error) {
    tcp.destroy();
    throw error;
  }
}

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
  readonly tls?: TlsOptions;
}

/** Listens as a raw server that plays `choose(n)` for the n-th connection (from 0). */
export async function listenRawPeer(
  choose: (index: number) => Script,
  { host = '127.0.0.1', port = 0, tls }: RawServerOptions = {},
): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const waiting: Array<(peer: RawPeer) => void> = [];
  const accept = (socket: Socket): void => {
    const peer = new RawPeer(socket, player('server', choose(peers.length)));
    peers.push(peer);
    waiting.shift()?.(peer);
  };
  const options = { allowHalfOpen: true, noDelay: true };
  const server = tls
    ? createTlsServer({ ...tls, ...options }, accept)
    : createServer(options, accept);
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

function player(
  role: Role,
  script: Script,
  address: { host?: string; path?: string } = {},
): Player {
  return new Player({ role, script, ...address });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('Expected the raw server to listen on a TCP port.');
}
