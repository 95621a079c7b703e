import {
  ConnectionClosedError,
  ConnectionNotOpenedError,
  type Ending,
  handled,
  InvalidOptionError,
  longestReasonBytes,
  mayCloseWith,
  type ReadyState,
  unsettled,
  utf8Bytes,
} from '@farewell/core';
import { Emitter } from './emitter.ts';
import { MessageQueue } from './message-queue.ts';
import { type NativeWebSocket, readyStates } from './native-web-socket.ts';
import type { Settings } from './options.ts';
import { SendQueue } from './send-queue.ts';
import { Shell, type ShellOwner } from './shell.ts';

/** A message: text frames are strings, binary ones bytes. */
export type Message = string | Uint8Array;

/** What can be sent: as text, or as binary. */
export type Sendable = string | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** The events of a connection. */
export interface ConnectionEvents {
  readonly message: readonly [message: Message];
  /** Once. */
  readonly close: readonly [ending: Ending];
  /** What a handler threw. Without a listener it goes to the page's `error` event. */
  readonly error: readonly [error: unknown];
}

/** How one message is sent. */
export interface SendOptions {
  /** Ends the wait of `send`. The message is on its way all the same. */
  readonly signal?: AbortSignal;
}

/**
 * One WebSocket connection of a browser, from its opening to its end for the application. It ends with
 * exactly one `Ending`: every wait that the application can see has a deadline, frozen pages included.
 */
export class ManagedConnection
  extends Emitter<ConnectionEvents>
  implements AsyncDisposable, AsyncIterable<Message>
{
  readonly #shell: Shell;
  readonly #ws: NativeWebSocket;
  readonly #settings: Settings;
  readonly #opened = unsettled<this>();
  readonly #closed = unsettled<Ending>();
  readonly #sends = new SendQueue();
  #messages: MessageQueue<Message> | null = null;
  #ending: Ending | null = null;

  constructor(ws: NativeWebSocket, settings: Settings) {
    super();
    this.#ws = ws;
    this.#settings = settings;
    this.#shell = new Shell(ws, settings, this.#owner());
  }

  /** WHATWG's, by name. CLOSED as soon as the ending is known, though the browser may go on waiting. */
  get readyState(): ReadyState {
    return this.#ending ? 'CLOSED' : (readyStates[this.#ws.readyState] ?? 'CLOSED');
  }

  /** The subprotocol that was agreed upon; empty: none. */
  get protocol(): string {
    return this.#ws.protocol;
  }

  /** Bytes that `send` took and that the browser has not handed on. */
  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  /** Fulfilled when it opens, within `openTimeout`; else rejected with ConnectionNotOpenedError. */
  get opened(): Promise<this> {
    return this.#opened.promise;
  }

  /** Fulfilled when the connection has ended; never rejected. */
  get closed(): Promise<Ending> {
    return this.#closed.promise;
  }

  /** How it ended; null as long as it has not. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /**
   * Sends a string as text and bytes as binary. Fulfilled at once as long as no more than `highWaterMark`
   * bytes are unsent, and else when no more are; `flushTimeout` bounds the wait. Rejects with
   * ConnectionClosedError if the connection is not open or ends meanwhile (unhandled: nothing happens).
   */
  send(message: Sendable, { signal }: SendOptions = {}): Promise<void> {
    if (this.readyState !== 'OPEN') return handled(Promise.reject(this.#closedError('send')));
    if (signal?.aborted) return handled(Promise.reject(signal.reason));
    this.#ws.send(message);
    this.#shell.ask();
    if (this.bufferedAmount <= this.#settings.highWaterMark) return Promise.resolve();
    return handled(this.#sends.wait(signal));
  }

  /**
   * Closes with a code (1000, or 3000 to 4999: a browser allows no other) and a reason of up to 123 bytes.
   * Always the same promise, that of `closed`; only the first call counts. Bounded by `closeTimeout`,
   * whatever the peer and the browser do. Throws InvalidOptionError.
   */
  close(code = 1000, reason = ''): Promise<Ending> {
    checkClose(code, reason);
    this.#shell.tell({ closeWanted: { statusCode: code, reason } });
    return this.closed;
  }

  /**
   * Ends it at once for the application. A browser lets nobody reset a connection: it goes on with a closing
   * handshake of its own in the background.
   */
  terminate(): Promise<Ending> {
    this.#shell.tell({ terminated: true });
    return this.closed;
  }

  /**
   * The messages. After a clean close the iteration is over; after any other it throws ConnectionClosedError
   * behind the last message. More than `maxWaitingBytes` close the connection: a browser cannot pause.
   */
  [Symbol.asyncIterator](): AsyncIterator<Message, undefined> {
    return this.#queue().iterator();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A handler failed: closes with 4011, and hands the error on. */
  fail(error: unknown): void {
    this.#shell.tell({ threw: true });
    this.report('error', error);
  }

  protected override failed(error: unknown): void {
    this.fail(error);
  }

  #owner(): ShellOwner {
    return {
      hasOpened: () => this.#opened.resolve(this),
      received: (data) => this.#received(data),
      flushed: (bytes) => bytes <= this.#settings.highWaterMark && this.#sends.settle(),
      hasEnded: (ending) => this.#ended(ending),
    };
  }

  #received(data: unknown): void {
    const message = typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer);
    const isHeard = this.listenerCount('message') > 0;
    if (this.#messages || !isHeard) this.#keep(message);
    if (isHeard) this.emit('message', message);
  }

  #keep(message: Message): void {
    const { maxWaitingBytes } = this.#settings;
    if (this.#queue().push(message, message.length) <= maxWaitingBytes) return;
    const reason = `more than ${maxWaitingBytes} bytes not read`;
    this.#shell.tell({ closeWanted: { statusCode: 4009, reason } });
  }

  #ended(ending: Ending): void {
    this.#ending = ending;
    this.#opened.reject(new ConnectionNotOpenedError(ending));
    this.#messages?.end(this.#problem(ending));
    this.#sends.fail(this.#closedError('send'));
    this.#closed.resolve(ending);
    this.emit('close', ending);
  }

  #problem(ending: Ending): Error | null {
    return ending.wasClean === true ? null : this.#closedError('read');
  }

  #queue(): MessageQueue<Message> {
    if (this.#messages) return this.#messages;
    this.#messages = new MessageQueue();
    if (this.#ending) this.#messages.end(this.#problem(this.#ending));
    return this.#messages;
  }

  #closedError(what: 'send' | 'read'): ConnectionClosedError {
    const facts = this.#ending?.text ?? `the connection is ${this.readyState}`;
    return new ConnectionClosedError(`Cannot ${what}: ${facts}`, this.#ending);
  }
}

function checkClose(code: number, reason: string): void {
  if (!mayCloseWith(code)) {
    const expected = 'Expected `code` to be 1000 or from 3000 to 4999';
    throw new InvalidOptionError(`${expected}, got \`${code}\``, 'code');
  }
  const bytes = utf8Bytes(reason);
  if (bytes <= longestReasonBytes) return;
  const expected = `Expected \`reason\` to be at most ${longestReasonBytes} bytes of UTF-8`;
  throw new InvalidOptionError(`${expected}, got ${bytes}`, 'reason');
}
