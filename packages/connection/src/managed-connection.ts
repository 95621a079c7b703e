import { captureRejectionSymbol, EventEmitter } from 'node:events';
import { handled, type ReadyState, type Settled, unsettled } from '@farewell/core';
import { checkClose } from './check-close.ts';
import { type Release, releaseAll } from './deferred.ts';
import {
  ClosedMessage,
  closedChannel,
  closingChannel,
  heartbeatChannel,
  openedChannel,
} from './diagnostics.ts';
import type { Ending } from './ending.ts';
import { ConnectionClosedError, ConnectionNotOpenedError } from './errors.ts';
import { MessageQueue } from './message-queue.ts';
import { Pongs } from './pongs.ts';
import { SendQueue } from './send-queue.ts';
import { Shell, type ShellSettings } from './shell.ts';
import {
  type CutHow,
  flushed,
  hasEnded,
  isClosing,
  isWatched,
  type ShellOwner,
  wasCut,
} from './shell-owner.ts';
import {
  hasOpened,
  ping,
  pong,
  received,
  shell,
  type WiredWebSocket,
  type WsTarget,
} from './ws-events.ts';

/** A message: text frames are strings, binary ones Buffers. */
export type Message = string | Buffer;

/** The events of a connection. */
export interface ConnectionEvents {
  message: [message: Message];
  /** Once. */
  close: [ending: Ending];
  /** What a handler threw, or what was thrown while releasing. Without a listener it goes to the server's. */
  error: [error: unknown];
}

/** The same for all connections of a server. */
export interface ConnectionSettings extends ShellSettings {
  /** Bytes: above it `send` waits, and reading pauses while messages wait to be iterated over. */
  readonly highWaterMark: number;
  /** Gets the errors for which the connection has no listener. */
  readonly onError: (error: unknown, connection: ManagedConnection) => void;
  /** Told of each end, before the connection's own listeners are. */
  readonly onEnd: (connection: ManagedConnection) => void;
  /** Told that other code ended or destroyed the socket. One that was `ended` is the hook's to close; default: 1001. */
  readonly onCut?: (connection: ManagedConnection, how: CutHow) => void;
  /** Asked for each message; false: it is not handed on. */
  readonly takesMessage?: (connection: ManagedConnection) => boolean;
  /** Asked for each `send`; an error: it rejects with that, and sends nothing. */
  readonly refusesSend?: (connection: ManagedConnection) => Error | null;
  /** Told when so many bytes are unsent, more or fewer than before. */
  readonly onUnsent?: (connection: ManagedConnection, unsentBytes: number) => void;
  /** Gets the releasing of what was deferred, which is never rejected. */
  readonly onRelease?: (released: Promise<void>) => void;
  /** Does ws leave the answers to pings to us? */
  readonly answersPings: boolean;
  /** Named on the diagnostics channels. */
  readonly owner?: object;
}

/** How one message is sent. */
export interface SendOptions {
  /** Ends the wait of `send`. The message is on its way all the same. */
  readonly signal?: AbortSignal;
}

const readyStates = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;
const sent = Promise.resolve();
const noOptions: SendOptions = {};
const asText = { binary: false };
/** Up to here, in characters, one write of a copy costs less than a write of two pieces. */
const shortLength = 1_024;

/**
 * One WebSocket connection of a client or a server, from its opening to its very end. It ends with exactly
 * one `Ending`, whatever the peer, the network or the application's handlers do: every wait has a deadline.
 */
export class ManagedConnection
  extends EventEmitter<ConnectionEvents>
  implements AsyncDisposable, AsyncIterable<Message>, ShellOwner, WsTarget
{
  readonly [shell]: Shell;
  readonly #settings: ConnectionSettings;
  #ending: Ending | null = null;
  #opened: Settled<this> | null = null;
  #closed: Settled<Ending> | null = null;
  #notOpened: ConnectionNotOpenedError | null = null;
  #messages: MessageQueue<Message> | null = null;
  #sends: SendQueue | null = null;
  #releases: Release[] | null = null;
  #pongs: Pongs | null = null;
  #written: (() => void) | null = null;
  /** Of the last ping that was answered, µs; -1: none was yet. */
  #roundTrip = -1;

  constructor(ws: WiredWebSocket, settings: ConnectionSettings) {
    super({ captureRejections: true });
    this.#settings = settings;
    this[shell] = new Shell(ws, settings, this);
    ws.wire(this);
  }

  /** WHATWG's, by name. */
  get readyState(): ReadyState {
    return readyStates[this[shell].ws.readyState];
  }

  /** The subprotocol that was agreed upon; empty: none. */
  get protocol(): string {
    return this[shell].ws.protocol;
  }

  /** Bytes that `send` took and that the kernel has not. */
  get bufferedAmount(): number {
    return this[shell].ws.bufferedAmount;
  }

  /** Of the TCP connection; undefined before it is made. Ask while it is open: Node forgets what nobody asked for. */
  get localPort(): number | undefined {
    return this[shell].socket?.localPort;
  }

  /** The peer's address; see `localPort`. Behind a proxy it is the proxy's. */
  get remoteAddress(): string | undefined {
    return this[shell].socket?.remoteAddress;
  }

  /** The peer's port; see `localPort`. */
  get remotePort(): number | undefined {
    return this[shell].socket?.remotePort;
  }

  /** Round trip of the last ping that was answered, ms; null: none was yet. */
  get latency(): number | null {
    return this.#roundTrip < 0 ? null : this.#roundTrip / 1_000;
  }

  /** Fulfilled when it opens, within `openTimeout`; else rejected with ConnectionNotOpenedError. */
  get opened(): Promise<this> {
    if (this.#opened) return this.#opened.promise;
    this.#opened = unsettled();
    const { ending } = this;
    if (this[shell].isOpened) this.#opened.resolve(this);
    else if (ending) this.#opened.reject(this.#notOpened ?? new ConnectionNotOpenedError(ending));
    return this.#opened.promise;
  }

  /**
   * Fulfilled when the connection has ended; never rejected. Where nobody asks for it, or listens for `close`, until
   * our FIN is out, the kernel is not asked either: of TCP the ending then says `unknown` or `inferred` more often.
   */
  get closed(): Promise<Ending> {
    if (this.#closed) return this.#closed.promise;
    this.#closed = unsettled();
    const { ending } = this;
    if (ending) this.#closed.resolve(ending);
    return this.#closed.promise;
  }

  /** How it ended; null as long as it has not. To be sure of what it says of TCP, ask for `closed` in time. */
  get ending(): Ending | null {
    this.#ending ??= this[shell].conclude();
    return this.#ending;
  }

  /**
   * Sends a string as text and bytes as binary. Fulfilled at once as long as no more than `highWaterMark`
   * bytes are unsent, and else when no more are; `flushTimeout` bounds the wait. Rejects with
   * ConnectionClosedError if the connection is not open or ends meanwhile (unhandled: nothing happens).
   */
  send(message: string | ArrayBuffer | ArrayBufferView, options = noOptions): Promise<void> {
    const { ws } = this[shell];
    if (ws.readyState !== ws.OPEN) return handled(Promise.reject(this.#closedError('send')));
    const refusal = this.#settings.refusesSend?.(this);
    if (refusal) return handled(Promise.reject(refusal));
    const { signal } = options;
    if (signal?.aborted) return handled(Promise.reject(signal.reason));
    this.#written ??= () => this[shell].wasWritten();
    // ws masks a string's bytes in place, and writes them beside the frame's header; others it copies behind it.
    if (typeof message === 'string' && message.length <= shortLength)
      ws.send(Buffer.from(message), asText, this.#written);
    else ws.send(message, this.#written);
    if (ws.bufferedAmount === 0) return sent;
    this[shell].ask();
    if (ws.bufferedAmount <= this.#settings.highWaterMark) return sent;
    this.#sends ??= new SendQueue();
    return handled(this.#sends.wait(signal));
  }

  /**
   * Closes with a code (1000 or what may stand in a Close frame) and a reason of up to 123 bytes. Always
   * the same promise, that of `closed`; only the first call counts. Bounded by `flushTimeout`,
   * `closeTimeout` and `finTimeout`, whatever the peer does. Throws InvalidOptionError.
   */
  close(code = 1000, reason = ''): Promise<Ending> {
    checkClose(code, reason);
    const { local } = this[shell];
    this.#application({ kind: 'application', of: local, did: 'close', statusCode: code, reason });
    return this.closed;
  }

  /** Ends it at once, without a closing handshake. */
  terminate(): Promise<Ending> {
    this.#application({ kind: 'application', of: this[shell].local, did: 'terminate' });
    return this.closed;
  }

  /** Stops reading, for `pausedTimeout` at most. Means nothing once the closing has begun. */
  pause(): void {
    this.#read(false);
  }

  /** Reads again. */
  resume(): void {
    this.#read(true);
  }

  /**
   * Runs `release` when the connection has ended (at once if it has): the last one first, each awaited,
   * each once. What they throw goes to `error`.
   */
  defer(release: Release): void {
    if (this[shell].hasEnded) void this.#release([release]);
    else (this.#releases ??= []).push(release);
  }

  /**
   * The messages. While more than `highWaterMark` bytes wait, reading is paused. After a clean close the
   * iteration is over; after any other it throws ConnectionClosedError behind the last message.
   */
  [Symbol.asyncIterator](): AsyncIterator<Message, undefined> {
    const messages = this.#queue();
    return {
      next: () => messages.take(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** An asynchronous handler rejected. */
  override [captureRejectionSymbol](...[error]: unknown[]): void {
    this.fail(error);
  }

  /** A handler failed: closes with 1011, and hands the error on. */
  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#application({ kind: 'application', of: this[shell].local, did: 'threw', message });
    this.#report(error);
  }

  [hasOpened](): void {
    this.#opened?.resolve(this);
    if (openedChannel.hasSubscribers) openedChannel.publish(this.#told());
  }

  [received](message: Message, bytes: number): void {
    this[shell].heardNow();
    if (this.#settings.takesMessage?.(this) === false) return;
    const isHeard = this.listenerCount('message') > 0;
    if (this.#messages || !isHeard) this.#queue().push(message, bytes);
    if (isHeard) this.#emit('message', message);
  }

  [ping](payload: Buffer): void {
    if (!this.#settings.answersPings) return;
    this.#pongs ??= new Pongs(this[shell].ws);
    this.#pongs.answer(payload);
  }

  [pong](isAnswer: boolean): void {
    const at = performance.now();
    const roundTrip = this[shell].pingAnswered(at);
    this[shell].heardNow(at);
    if (!isAnswer || roundTrip < 0) return;
    this.#roundTrip = roundTrip;
    const { latency } = this;
    if (heartbeatChannel.hasSubscribers) heartbeatChannel.publish({ ...this.#told(), latency });
  }

  [flushed](unsentBytes: number): void {
    if (unsentBytes <= this.#settings.highWaterMark) this.#sends?.settle();
    this.#settings.onUnsent?.(this, unsentBytes);
  }

  [isClosing](): void {
    if (closingChannel.hasSubscribers) closingChannel.publish(this.#told());
  }

  [isWatched](): boolean {
    return closedChannel.hasSubscribers || this.#isAwaited();
  }

  /** `end()` asks for an end, and gets a good one: the closing handshake. */
  [wasCut](how: CutHow): void {
    const { onCut } = this.#settings;
    if (onCut) onCut(this, how);
    else if (how === 'ended') void this.close(1001);
  }

  [hasEnded](cause: unknown): void {
    this.#settings.onEnd(this);
    if (this.#isAwaited() || !this[shell].isOpened) this.#tell(cause);
    else if (closedChannel.hasSubscribers) this.#publishClosed();
    if (this.#releases) {
      const released = this.#release(this.#releases);
      this.#settings.onRelease?.(released);
    }
    this.#releases = null;
  }

  #isAwaited(): boolean {
    const awaited = this.#closed ?? this.#opened ?? this.#messages ?? this.#sends;
    return awaited !== null || this.listenerCount('close') > 0;
  }

  #tell(cause: unknown): void {
    const { ending } = this;
    if (!ending) return;
    if (!this[shell].isOpened) this.#notOpened = new ConnectionNotOpenedError(ending, cause);
    if (this.#notOpened) this.#opened?.reject(this.#notOpened);
    this.#messages?.end(ending.wasClean === true ? null : this.#closedError('read'));
    this.#sends?.fail(this.#closedError('send'));
    this.#closed?.resolve(ending);
    if (closedChannel.hasSubscribers) this.#publishClosed();
    this.#emit('close', ending);
  }

  #publishClosed(): void {
    closedChannel.publish(new ClosedMessage(this, this.#settings.owner ?? null));
  }

  #told(): { readonly connection: ManagedConnection; readonly owner: object | null } {
    return { connection: this, owner: this.#settings.owner ?? null };
  }

  #application(fact: Parameters<Shell['see']>[0]): void {
    if (this[shell].hasEnded) return;
    this[shell].see(fact);
    this[shell].ask();
  }

  #read(isReading: boolean): void {
    const { ws, local } = this[shell];
    if (ws.readyState !== ws.OPEN || ws.isPaused !== isReading) return;
    if (isReading) ws.resume();
    else ws.pause();
    this.#application({ kind: 'reading', of: local, paused: !isReading });
  }

  #queue(): MessageQueue<Message> {
    if (this.#messages) return this.#messages;
    const { highWaterMark } = this.#settings;
    this.#messages = new MessageQueue(highWaterMark, (isReading) => this.#read(isReading));
    const { ending } = this;
    if (ending) this.#messages.end(ending.wasClean === true ? null : this.#closedError('read'));
    return this.#messages;
  }

  #closedError(what: 'send' | 'read'): ConnectionClosedError {
    const { ending } = this;
    const facts = ending?.text ?? `the connection is ${this.readyState}`;
    return new ConnectionClosedError(`Cannot ${what}: ${facts}`, ending);
  }

  /** A listener that throws must not keep ws from doing its work. */
  #emit<E extends 'message' | 'close'>(event: E, ...args: ConnectionEvents[E]): void {
    try {
      (this as EventEmitter).emit(event, ...args);
    } catch (error) {
      this.fail(error);
    }
  }

  #report(error: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
    else this.#settings.onError(error, this);
  }

  async #release(releases: readonly Release[]): Promise<void> {
    for (const error of await releaseAll(releases)) this.#report(error);
  }
}
