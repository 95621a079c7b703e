import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { ArrivalClock, type Arriving } from './arrival-clock.ts';
import { type Effect, type Incoming, Player, type Seen } from './play.ts';
import type { Script, Step } from './script.ts';
import { canSetSocketOptions, cork, resetOnClose, vanish } from './socket-options.ts';

/**
 * The thin shell that plays a script on a real TCP socket. Times are ms of `performance.now()`: of what was done
 * by this process, of what came in by the kernel, as far as it can be asked.
 */

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
  readonly #clock: ArrivalClock;
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
    this.#clock = new ArrivalClock(tcp);
    this.played = new Promise((resolve) => {
      this.#finishPlaying = resolve;
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#clock[Symbol.dispose]();
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
    const arrival = (what: Arriving) => ({ arrival: this.#clock.arrival(what) });
    socket.on('data', (bytes) => this.#take({ kind: 'bytes', bytes, ...arrival('bytes') }));
    const takeReset = (errno: string) => this.#take({ kind: 'reset', errno, ...arrival('reset') });
    socket.on('end', () => {
      const fin = arrival('fin');
      if (!this.#clock.isGone || socket.writableEnded) return this.#take({ kind: 'fin', ...fin });
      // Where data came before an RST in one turn of the loop, libuv takes the hang-up for a FIN.
      takeReset('ECONNRESET');
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => takeReset(error.code ?? error.message));
    if (!socket.connecting) this.#take({ kind: 'connected', ...arrival('connected') });
    else socket.once('connect', () => this.#take({ kind: 'connected', ...arrival('connected') }));
  }

  #take(incoming: Incoming): void {
    const now = performance.now();
    const { effects, wakeAt } = this.#player.play(incoming, now);
    this.#noteSeen();
    this.#carryOutAll(effects);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#player.done) {
      this.#finishPlaying();
      this.#onDone();
    }
    if (wakeAt === null || this.socket.destroyed) return;
    this.#timer = setTimeout(() => setImmediate(() => this.#wake()), Math.max(0, wakeAt - now));
  }

  /** One poll behind the timer: what had come before it is taken before a wait is over. */
  #wake(): void {
    if (!this.socket.destroyed) this.#take({ kind: 'time' });
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

  /**
   * What is sent side by side goes to the kernel in one write, and so in one segment if it fits: nothing the
   * other side does, such as to close behind our Close, can come in between.
   */
  #carryOutAll(effects: readonly Effect[]): void {
    this.socket.cork();
    for (const effect of effects) this.#carryOut(effect);
    this.socket.uncork();
  }

  #carryOut(effect: Effect): void {
    const what = 'what' in effect ? effect.what : effect.do;
    this.transcript.push({ at: performance.now(), by: 'us', what });
    this.#clock.look();
    if (effect.do !== 'send' && effect.do !== 'note') this.#flush();
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

  /** Before anything that would hold back, or throw away, what is still collected. */
  #flush(): void {
    this.socket.uncork();
    this.socket.cork();
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
    const player = new Player({ role: 'client', script, host: authority, path });
    return new RawPeer(socket, player, tcp);
  } catch (error) {
    tcp.destroy();
    throw error;
  }
}
