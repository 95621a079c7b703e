import {
  backoffDelay,
  ConnectionClosedError,
  type Ending,
  failuresAfter,
  longestTimeout,
  type ReadyState,
  unsettled,
} from '@farewell/core';
import { Emitter } from '../emitter.ts';
import { isOffline, listenToPage } from '../page.ts';
import type { ClientConnection, Sendable } from './client-connection.ts';
import type { ReconnectSettings } from './options.ts';

/** Why it ended for good. */
export type FinalWhy =
  /** `close()`, `terminate()` or `signal`. */
  | 'closed'
  /** `shouldReconnect` said so. */
  | 'not-worth-it'
  /** `maxRetries`. */
  | 'too-many-failures';

/** How it ended for good. */
export interface FinalEnding {
  readonly why: FinalWhy;
  /** Of the last connection; null if there was none. */
  readonly ending: Ending | null;
  /** Messages that were waiting and went nowhere; each promise of `send` is rejected. */
  readonly unsentMessages: number;
}

/** What comes next after a connection was lost, or could not be made. */
export interface Retry {
  /** null: there was no connection to end, since `error` came before. */
  readonly ending: Ending | null;
  /** What the function that gives the URL threw. */
  readonly error: unknown;
  /** Until the next attempt, ms. While the browser is offline or the page is stored, longer. */
  readonly delay: number;
  /** Failures in a row, this one included. */
  readonly failures: number;
}

export interface ReconnectEvents<M> {
  /** Each time. */
  readonly open: readonly [];
  readonly message: readonly [message: M];
  readonly retry: readonly [retry: Retry];
  /** Once, for good. */
  readonly close: readonly [final: FinalEnding];
  /** What a handler threw. */
  readonly error: readonly [error: unknown];
}

/** Makes a connection. */
export type Dial<M> = () => ClientConnection<M> | Promise<ClientConnection<M>>;

/** One connection after another, until it is closed or given up. Messages are sent at most once. */
export class ReconnectingConnection<M>
  extends Emitter<ReconnectEvents<M>>
  implements AsyncDisposable, AsyncIterable<M>
{
  readonly #dial: Dial<M>;
  readonly #settings: ReconnectSettings;
  readonly #opened = unsettled<this>();
  readonly #closed = unsettled<FinalEnding>();
  readonly #forgetPage: () => void;
  /** Fulfilled with the connection that opens next; null: there will be none. */
  #next = unsettled<ClientConnection<M> | null>();
  #connection: ClientConnection<M> | null = null;
  #isForwarding = false;
  #openedAt: number | null = null;
  #failures = 0;
  #lastEnding: Ending | null = null;
  #final: FinalEnding | null = null;
  #isClosing = false;
  /** The page is in the back/forward cache, or on its way there. */
  #isStored = false;
  /** Waits for the next attempt. */
  #isWaiting = false;
  #timer: unknown = null;
  #dueAt = 0;
  /** The server asked not to come before. */
  #notBefore = -Infinity;

  /** Throws what `dial` throws at the first attempt; what it throws later is in `retry`. */
  constructor(dial: Dial<M>, settings: ReconnectSettings) {
    super();
    this.#dial = dial;
    this.#settings = settings;
    this.#begin(dial());
    this.#forgetPage = listenToPage(settings.page, {
      online: () => this.#cameOnline(),
      woke: () => this.#ring(),
      hidden: () => this.#store(),
      restored: () => this.#restore(),
    });
  }

  /** CONNECTING: there is no open connection, but one is being made or will be. CLOSED: for good. */
  get readyState(): ReadyState {
    if (this.#final) return 'CLOSED';
    if (this.#isClosing) return 'CLOSING';
    return this.#connection?.readyState === 'OPEN' ? 'OPEN' : 'CONNECTING';
  }

  /** The connection of now; another one after each `retry`. */
  get connection(): ClientConnection<M> | null {
    return this.#connection;
  }

  /** Messages that wait for a connection. */
  get queuedMessages(): number {
    return this.#settings.queue.messages;
  }

  /** Fulfilled when a connection opens for the first time; rejected if it is given up before. */
  get opened(): Promise<this> {
    return this.#opened.promise;
  }

  /** Fulfilled when it has ended for good; never rejected. */
  get closed(): Promise<FinalEnding> {
    return this.#closed.promise;
  }

  /**
   * Sends over the connection of now as its `send` does; while there is none, waits in the queue for the
   * next one. Rejects with NotSentError if the message was never handed to a connection. A message that was
   * handed to a connection which then broke may or may not have arrived: it is not sent again.
   */
  send(message: Sendable, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { queue } = this.#settings;
    const connection = this.#connection;
    if (connection?.readyState === 'OPEN' && queue.messages === 0) {
      return connection.send(message, options);
    }
    const waits = queue.add(message, options.signal);
    if (this.#final || this.#isClosing) queue.fail('the connection is closed');
    return waits;
  }

  /** Closes for good. Always the same promise; messages that wait are given back by their rejections. */
  close(code?: number, reason?: string): Promise<FinalEnding> {
    return this.#finish((connection) => connection.close(code, reason));
  }

  /** Ends it at once and for good. */
  terminate(): Promise<FinalEnding> {
    return this.#finish((connection) => connection.terminate());
  }

  override on<N extends keyof ReconnectEvents<M>>(
    event: N,
    listener: (...args: ReconnectEvents<M>[N]) => unknown,
  ): this {
    super.on(event, listener);
    this.#forward();
    return this;
  }

  /** The messages of each connection in turn, over when it is closed for good. What was lost between, `retry` tells. */
  async *[Symbol.asyncIterator](): AsyncGenerator<M, undefined> {
    let connection = this.readyState === 'OPEN' ? this.#connection : await this.#next.promise;
    while (connection) {
      const next = this.#next.promise;
      yield* messagesOf(connection);
      connection = await next;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override failed(error: unknown): void {
    this.report('error', error);
  }

  #attempt(): void {
    this.#isWaiting = false;
    try {
      this.#begin(this.#dial());
    } catch (error) {
      this.#retry(null, error);
    }
  }

  #begin(dialed: ClientConnection<M> | Promise<ClientConnection<M>>): void {
    if (!(dialed instanceof Promise)) return this.#use(dialed);
    dialed.then(
      (connection) => this.#use(connection),
      (error) => this.#isClosing || this.#retry(null, error),
    );
  }

  #use(connection: ClientConnection<M>): void {
    if (this.#isClosing || this.#isStored) return void connection.terminate();
    this.#connection = connection;
    this.#isForwarding = false;
    this.#forward();
    connection.on('close', (ending) => this.#lost(connection, ending));
    connection.on('error', (error) => this.failed(error));
    connection.opened.then(
      () => this.#open(connection),
      () => {},
    );
  }

  /** Only where somebody listens: else the messages wait in the connection, which bounds them. */
  #forward(): void {
    if (this.#isForwarding || this.listenerCount('message') === 0) return;
    this.#isForwarding = this.#connection !== null;
    this.#connection?.on('message', (message) => this.emit('message', message));
  }

  #open(connection: ClientConnection<M>): void {
    if (connection !== this.#connection || connection.readyState !== 'OPEN') return;
    this.#openedAt = this.#settings.clock.now();
    this.#next.resolve(connection);
    this.#next = unsettled();
    this.#opened.resolve(this);
    this.emit('open');
    this.#flush(connection);
  }

  #flush(connection: ClientConnection<M>): void {
    while (connection.readyState === 'OPEN') {
      const entry = this.#settings.queue.take();
      if (!entry) return;
      connection.send(entry.message).then(entry.resolve, entry.reject);
    }
  }

  #lost(connection: ClientConnection<M>, ending: Ending): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    this.#lastEnding = ending;
    if (this.#isClosing) return this.#end('closed');
    if (this.#isStored) return;
    if (this.#isWorth(ending)) this.#retry(ending, null);
    else this.#end('not-worth-it');
  }

  #isWorth(ending: Ending): boolean {
    try {
      return this.#settings.shouldReconnect(ending);
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  #retry(ending: Ending | null, error: unknown): void {
    const { backoff, clock, maxRetries, random } = this.#settings;
    const now = clock.now();
    const uptime = this.#openedAt === null ? 0 : now - this.#openedAt;
    this.#openedAt = null;
    this.#failures = failuresAfter(this.#failures, uptime, backoff);
    if (this.#failures > maxRetries) return this.#end('too-many-failures');
    const retryAfter = ending?.retryAfter ?? null;
    const delay = backoffDelay({ failures: this.#failures, retryAfter }, random(), backoff);
    this.#notBefore = retryAfter === null ? -Infinity : now + retryAfter;
    this.#dueAt = now + delay;
    this.#isWaiting = true;
    this.#wait();
    this.emit('retry', { ending, error, delay, failures: this.#failures });
  }

  #wait(): void {
    const { clock } = this.#settings;
    clock.clearTimeout(this.#timer);
    const delay = Math.min(this.#dueAt - clock.now(), longestTimeout);
    this.#timer = clock.setTimeout(() => this.#ring(), Math.max(0, Math.ceil(delay)));
  }

  /** The timer, or an event of the page behind which the timer may be late. */
  #ring(): void {
    const { clock, page } = this.#settings;
    if (!this.#isWaiting || this.#isStored) return;
    if (clock.now() < this.#dueAt) return this.#wait();
    // An attempt without a network would only count as a failure: `online` rings again.
    if (!isOffline(page)) this.#attempt();
  }

  /** Whoever shares the network comes back in the same moment. */
  #cameOnline(): void {
    const { backoff, clock, random } = this.#settings;
    if (!this.#isWaiting) return;
    this.#dueAt = Math.max(this.#notBefore, clock.now() + random() * backoff.base);
    this.#wait();
  }

  /** A page with an open connection may not enter the cache, and could not answer from there. */
  #store(): void {
    if (this.#isClosing || this.#final) return;
    this.#isStored = true;
    void this.#connection?.close(1000, 'page hidden');
  }

  #restore(): void {
    if (!this.#isStored) return;
    void this.#connection?.terminate();
    this.#isStored = false;
    this.#isWaiting = true;
    this.#dueAt = this.#notBefore;
    this.#ring();
  }

  #finish(how: (connection: ClientConnection<M>) => unknown): Promise<FinalEnding> {
    if (this.#final) return this.closed;
    const wasClosing = this.#isClosing;
    this.#isClosing = true;
    try {
      if (this.#connection) how(this.#connection);
      else this.#end('closed');
    } catch (error) {
      this.#isClosing = wasClosing;
      throw error;
    }
    return this.closed;
  }

  #end(why: FinalWhy): void {
    const { clock, queue } = this.#settings;
    this.#isClosing = true;
    this.#isWaiting = false;
    clock.clearTimeout(this.#timer);
    this.#forgetPage();
    this.#final = { why, ending: this.#lastEnding, unsentMessages: queue.messages };
    queue.fail('the connection is closed');
    const facts = this.#lastEnding?.text ?? 'no connection was made';
    this.#opened.reject(new ConnectionClosedError(`Given up (${why}): ${facts}`, this.#lastEnding));
    this.#next.resolve(null);
    this.#closed.resolve(this.#final);
    this.emit('close', this.#final);
  }
}

/** Up to the end of one connection, whatever the end. */
async function* messagesOf<M>(connection: ClientConnection<M>): AsyncGenerator<M, undefined> {
  try {
    yield* connection;
  } catch (error) {
    if (!(error instanceof ConnectionClosedError)) throw error;
  }
}
