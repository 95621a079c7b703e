import type { Socket } from 'node:net';
import { type Received, receivedBy } from './tcp-info.ts';

/**
 * When something came in, whatever the event loop was doing. The loop tells late: by as much as this process
 * was busy, or had no CPU. So the kernel is asked: TCP_INFO says how long ago the last data and the last
 * header came, how many segments there were, and whether any of it waits unread. A look at it every 20 ms, and
 * before each step of our own, bounds what comes next from below; a single segment since then is exact.
 *
 * Where the kernel cannot be asked the turns of the loop themselves are the bounds.
 */

/** Between which times something came in, ms of `performance.now()`. */
export interface Arrival {
  /** No later than this. */
  readonly at: number;
  readonly notBefore: number;
}

export type Arriving = 'connected' | 'bytes' | 'fin' | 'reset';

const interval = 20;

/** The kernel counts in ticks (CONFIG_HZ, 100 to 1,000 a second): an age is true to one of them, ms. */
const tick = 10;

/** What the kernel said, and between which times it did. */
interface Look {
  readonly received: Received;
  readonly began: number;
  readonly ended: number;
}

export class ArrivalClock implements Disposable {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  /** Whatever comes from now on came after this. */
  #floor = performance.now();
  #lastTurn = this.#floor;
  /** The last look at which nothing was unread. */
  #drained: Received | null = null;
  /** When there was no FIN, no RST yet. */
  #finNotBefore = this.#floor;
  #resetNotBefore = this.#floor;
  #fin: Arrival | null = null;
  #reset: Arrival | null = null;

  /** `socket`: that of TCP, also where TLS is above it. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#timer = setInterval(() => this.#turn(), interval);
    this.#timer.unref();
    this.look();
  }

  /** Asks the kernel what has come so far: to be called before each step of our own. */
  look(): void {
    const look = this.#ask();
    if (look === null || this.#fin !== null) return;
    if (look.received.bytes !== this.#socket.bytesRead) return;
    this.#drained = look.received;
    this.#floor = look.began;
  }

  /** When that came which the event loop tells just now. */
  arrival(what: Arriving): Arrival {
    const arrival = this.#arrival(what, this.#ask());
    // The stream is in order: what follows came no sooner.
    this.#floor = Math.max(this.#floor, arrival.notBefore);
    this.look();
    return arrival;
  }

  /** The kernel has no connection any more. Before our own FIN that takes an RST. */
  get isGone(): boolean {
    return this.#reset !== null;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #arrival(what: Arriving, look: Look | null): Arrival {
    const late = { at: performance.now(), notBefore: this.#floor };
    switch (what) {
      case 'connected':
        // Of TLS the last segment of its handshake, and of TCP alone that of its own.
        return look === null ? exactly(late.at) : exactly(look.began - look.received.sinceHeader);
      case 'bytes':
        return look === null ? late : this.#lastData(look);
      case 'fin':
        return this.#fin ?? late;
      case 'reset':
        return this.#reset ?? { ...late, notBefore: this.#after(this.#resetNotBefore) };
    }
  }

  #lastData(look: Look): Arrival {
    const isOnly = this.#drained?.dataSegments === look.received.dataSegments - 1;
    return this.#ago(look.received.sinceData, look, isOnly);
  }

  /** `isOnly`: nothing else has come since the floor, so that the age is its own and no later one's. */
  #ago(age: number, { began, ended }: Look, isOnly: boolean): Arrival {
    const at = Math.min(ended, ended - age + tick);
    return { at, notBefore: Math.min(at, isOnly ? this.#after(began - age - tick) : this.#floor) };
  }

  #ask(): Look | null {
    const began = performance.now();
    const received = receivedBy(this.#socket);
    if (received === null) return null;
    const look = { received, began, ended: performance.now() };
    this.#noteEnd(look);
    return look;
  }

  /** The state shows a FIN or an RST before it is read, too. */
  #noteEnd(look: Look): void {
    const { tcpState, segments, sinceHeader } = look.received;
    if (!hasFin.has(tcpState)) this.#finNotBefore = look.began;
    else if (this.#fin === null) {
      const isOnly = this.#drained?.segments === segments - 1;
      const { at, notBefore } = this.#ago(sinceHeader, look, isOnly);
      this.#fin = { at, notBefore: Math.min(at, Math.max(notBefore, this.#finNotBefore)) };
    }
    if (tcpState !== 'CLOSED') this.#resetNotBefore = look.began;
    else this.#reset ??= { at: look.ended, notBefore: this.#after(this.#resetNotBefore) };
  }

  #after(bound: number): number {
    return Math.max(this.#floor, bound);
  }

  #turn(): void {
    this.look();
    if (this.#drained !== null) return;
    // No kernel to ask: what had come before the last turn but one has been told by now.
    this.#floor = this.#after(this.#lastTurn);
    this.#lastTurn = performance.now();
  }
}

/** Also `CLOSED`: our FIN came first, and the kernel has made a TIME-WAIT of the rest. */
const hasFin: ReadonlySet<Received['tcpState']> = new Set([
  'CLOSE-WAIT',
  'LAST-ACK',
  'CLOSING',
  'TIME-WAIT',
  'CLOSED',
] as const);

function exactly(at: number): Arrival {
  return { at, notBefore: at };
}
