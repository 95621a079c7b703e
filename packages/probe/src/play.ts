import type { Role } from '@farewell/core';
import type { Arrival } from './arrival-clock.ts';
import { ByteQueue } from './byte-queue.ts';
import { describeFrame } from './describe-frame.ts';
import { encodeFrame, type Frame, type FrameSpec, readClosePayload, takeFrame } from './frame.ts';
import { upgradeRequest, upgradeResponse } from './opening.ts';
import { type Awaited, type Reflexes, type Script, type Step, wellBehaved } from './script.ts';

/**
 * Plays a script sans I/O. What the socket did goes in as an `Incoming`, what the socket is to do
 * comes out as `Effect`s, with the time at which to ask again. The shell (raw-peer.ts) carries them out.
 *
 * Reflexes are queued with the time they are due and run beside the steps, so that a script may wait
 * for something while the peer goes on answering pings. No byte that comes in can make it throw; what
 * is not yet a whole frame is kept up to `maxBufferedBytes`, then the rest of the stream is ignored.
 */

export type Incoming = (
  | { readonly kind: 'connected' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'fin' }
  | { readonly kind: 'reset'; readonly errno: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'time' }
) & {
  /** When it came; left out: now. */
  readonly arrival?: Arrival;
};

export type Effect =
  | { readonly do: 'send'; readonly bytes: Uint8Array; readonly what: string }
  | { readonly do: 'cork' | 'fin' | 'reset' | 'vanish' | 'stop-reading' | 'resume-reading' }
  | { readonly do: 'note'; readonly what: string };

/** One thing that came in, in the words of the protocol. */
export interface Seen {
  readonly at: number;
  /** It came between this and `at`. */
  readonly notBefore: number;
  readonly what: Awaited | 'connected' | 'frame' | 'bytes';
  readonly frame?: Frame;
  readonly statusCode?: number | null;
  readonly reason?: string;
  readonly head?: string;
  readonly errno?: string;
}

export interface PlayOptions {
  readonly role: Role;
  readonly script: Script;
  /** For the client's request. */
  readonly host?: string;
  readonly path?: string;
}

/** Enough for the largest frame any script expects. */
const maxBufferedBytes = 64 << 20;

interface Due {
  readonly at: number;
  readonly effect: Effect;
}

export class Player {
  readonly seen: Seen[] = [];
  #steps: Step[];
  #reflexes: Reflexes;
  #head: string | null = null;
  #queue = new ByteQueue();
  #overflown = false;
  #opened = false;
  #answeredClose = false;
  #sentFin = false;
  #due: Due[] = [];
  /** When the step in front began to wait; null: it has not. */
  #waitingSince: number | null = null;
  /** When that came which is being taken. */
  #arrival: Arrival = { at: 0, notBefore: 0 };
  readonly #options: PlayOptions;

  constructor(options: PlayOptions) {
    this.#options = options;
    this.#steps = [...options.script.steps];
    this.#reflexes = { ...wellBehaved, ...options.script.reflexes };
  }

  /** True once every step has been played and no reflex is due. */
  get done(): boolean {
    return this.#steps.length === 0 && this.#due.length === 0;
  }

  /** Puts more steps behind those that are left. */
  append(steps: readonly Step[]): void {
    this.#steps.push(...steps);
  }

  /** Takes what happened, gives what to do now and when to ask again (null: when something happens). */
  play(incoming: Incoming, now: number): { effects: Effect[]; wakeAt: number | null } {
    this.#take(incoming, now);
    const effects: Effect[] = [];
    if (this.seen.length > 0) this.#runSteps(effects, now);
    this.#runDue(effects, now);
    return { effects, wakeAt: this.#wakeAt() };
  }

  #take(incoming: Incoming, now: number): void {
    this.#arrival = incoming.arrival ?? { at: now, notBefore: now };
    switch (incoming.kind) {
      case 'time':
        return;
      case 'bytes':
        return this.#takeBytes(incoming.bytes, now);
      case 'reset':
        return this.#note({ what: 'reset', errno: incoming.errno });
      case 'fin':
        this.#note({ what: 'fin' });
        if (!this.#sentFin) this.#react('fin', { do: 'fin' }, now);
        return;
      case 'connected':
      case 'ended':
        this.#note({ what: incoming.kind });
    }
  }

  #note(seen: Omit<Seen, keyof Arrival>): void {
    const { at, notBefore } = this.#arrival;
    this.seen.push({ at, notBefore, ...seen });
  }

  #takeBytes(bytes: Uint8Array, now: number): void {
    if (this.#overflown) return;
    this.#queue.push(bytes);
    if (this.#head === null) this.#takeHead(now);
    if (this.#head !== null) this.#takeFrames(now);
    if (this.#queue.bytes.length <= maxBufferedBytes) return;
    this.#overflown = true;
    this.#queue = new ByteQueue();
  }

  #takeHead(now: number): void {
    const text = new TextDecoder('latin1').decode(this.#queue.bytes.subarray(0, 65536));
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.#head = text.slice(0, end + 4);
    this.#queue.drop(end + 4);
    this.#note({ what: 'handshake', head: this.#head });
    if (this.#options.role === 'server' && !this.#opened)
      this.#react('handshake', this.#opening({ do: 'open' }), now);
  }

  #takeFrames(now: number): void {
    for (let taken = takeFrame(this.#queue.bytes); taken; taken = takeFrame(this.#queue.bytes)) {
      this.#queue.drop(taken.usedBytes);
      this.#takeFrame(taken.frame, now);
    }
  }

  #takeFrame(frame: Frame, now: number): void {
    switch (frame.opcode) {
      case 0x8:
        this.#note({ what: 'close-frame', frame, ...readClosePayload(frame.payload) });
        if (!this.#answeredClose) this.#react('close', this.#send(0x8, frame.payload), now);
        this.#answeredClose = true;
        return;
      case 0x9:
        this.#note({ what: 'ping', frame });
        return this.#react('pong', this.#send(0xa, frame.payload), now);
      case 0xa:
        this.#note({ what: 'pong', frame });
        return;
      default:
        this.#note({ what: 'message', frame });
    }
  }

  #react(reflex: keyof Reflexes, effect: Effect, now: number): void {
    const when = this.#reflexes[reflex];
    if (when !== 'never') this.#due.push({ at: when === 'at-once' ? now : now + when, effect });
  }

  #runDue(effects: Effect[], now: number): void {
    for (const { effect } of this.#due.filter(({ at }) => at <= now)) effects.push(effect);
    this.#due = this.#due.filter(({ at }) => at > now);
  }

  #runSteps(effects: Effect[], now: number): void {
    for (let step = this.#steps[0]; step; step = this.#steps[0]) {
      if (!this.#run(step, effects, now)) return;
      this.#steps.shift();
      this.#waitingSince = null;
    }
  }

  /** False: the step is not over yet. */
  #run(step: Step, effects: Effect[], now: number): boolean {
    switch (step.do) {
      case 'open':
        effects.push(this.#opening(step));
        return true;
      case 'frame':
        effects.push(this.#frameEffect(step.frame));
        return true;
      case 'bytes':
        effects.push({ do: 'send', bytes: step.bytes, what: `${step.bytes.length} raw bytes` });
        return true;
      case 'reflex':
        this.#reflexes = { ...this.#reflexes, ...step.set };
        return true;
      case 'pause':
        return this.#waited(now) >= step.ms;
      case 'wait':
        return this.#isOver(step, effects, now);
      case 'drip':
        return this.#drip(step, effects, now);
      case 'fin':
        this.#sentFin = true;
        effects.push({ do: 'fin' });
        return true;
      case 'stop-reading':
      case 'resume-reading':
      case 'cork':
      case 'reset':
      case 'vanish':
        effects.push({ do: step.do });
        return true;
    }
  }

  #isOver(step: Step & { do: 'wait' }, effects: Effect[], now: number): boolean {
    if (this.seen.some(({ what }) => what === step.for)) return true;
    if (this.#waited(now) < (step.within ?? Number.POSITIVE_INFINITY)) return false;
    effects.push({ do: 'note', what: `waited ${step.within} ms for ${step.for} in vain` });
    return true;
  }

  #drip(step: Step & { do: 'drip' }, effects: Effect[], now: number): boolean {
    if (step.bytes.length === 0) return true;
    if (this.#waited(now) < step.every) return false;
    effects.push({ do: 'send', bytes: step.bytes.subarray(0, 1), what: 'one byte' });
    this.#steps[0] = { ...step, bytes: step.bytes.subarray(1) };
    this.#waitingSince = now;
    return step.bytes.length === 1;
  }

  #waited(now: number): number {
    this.#waitingSince ??= now;
    return now - this.#waitingSince;
  }

  #wakeAt(): number | null {
    const times = this.#due.map(({ at }) => at);
    const step = this.#steps[0];
    const wait = step && this.#waitingSince !== null ? patience(step) : null;
    if (wait !== null && this.#waitingSince !== null) times.push(this.#waitingSince + wait);
    return times.length === 0 ? null : Math.min(...times);
  }

  #opening({ headers = {} }: Step & { do: 'open' }): Effect {
    this.#opened = true;
    const { role, host = 'localhost', path = '/' } = this.#options;
    const text =
      role === 'client'
        ? upgradeRequest({ host, path, headers })
        : upgradeResponse(this.#head ?? '', { ...headers });
    return { do: 'send', bytes: new TextEncoder().encode(text), what: 'opening handshake' };
  }

  #send(opcode: number, payload: Uint8Array): Effect {
    return this.#frameEffect({ opcode, payload });
  }

  #frameEffect(frame: FrameSpec): Effect {
    const masked = frame.masked ?? this.#options.role === 'client';
    const bytes = encodeFrame({ ...frame, masked });
    if (frame.opcode === 0x8) this.#answeredClose = true;
    return { do: 'send', bytes, what: describeFrame(frame) };
  }
}

function patience(step: Step): number | null {
  switch (step.do) {
    case 'pause':
      return step.ms;
    case 'drip':
      return step.every;
    case 'wait':
      return step.within ?? null;
    default:
      return null;
  }
}
