import { type Ending, longestReasonBytes, mayCloseWith, utf8Bytes } from '@farewell/core';
import { readyStates } from './native-web-socket.ts';
import type { ClientConnection, Sendable } from './reconnect/client-connection.ts';

type Handler = ((event: never) => unknown) | null;

/** WHATWG's CloseEvent, and what it leaves out. */
export class FarewellCloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  readonly ending: Ending;

  constructor(ending: Ending) {
    super('close');
    this.ending = ending;
    this.code = ending.code === 'unknown' ? 1006 : ending.code;
    this.reason = ending.reason;
    this.wasClean = ending.wasClean === true;
  }
}

/** What a class for libraries that take a `WebSocket` makes. */
export interface FarewellWebSocket extends EventTarget {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: 'arraybuffer' | 'blob';
  onopen: Handler;
  onmessage: Handler;
  onerror: Handler;
  onclose: Handler;
  /** The managed connection behind it. */
  readonly connection: ClientConnection<string | Uint8Array>;
  send(message: Sendable): void;
  close(code?: number, reason?: string): void;
}

/** Such a class. */
export interface FarewellWebSocketClass {
  new (url: string | URL, protocols?: string | string[]): FarewellWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

/** `webSocketClass` for one kind of connection. */
export function webSocketClassBy<O extends object>(
  connect: (
    url: string | URL,
    options: O & { readonly protocols: string | string[] },
  ) => ClientConnection<string | Uint8Array>,
): (options?: O) => FarewellWebSocketClass {
  return (options = {} as O) =>
    class WebSocket extends ManagedWebSocket {
      constructor(url: string | URL, protocols: string | string[] = []) {
        super(String(url), connect(url, { ...options, protocols }));
      }
    };
}

const numbers = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;

/** A `WebSocket` of WHATWG over a managed connection: it closes within the deadlines of that one. */
class ManagedWebSocket extends EventTarget implements FarewellWebSocket {
  static readonly CONNECTING = numbers.CONNECTING;
  static readonly OPEN = numbers.OPEN;
  static readonly CLOSING = numbers.CLOSING;
  static readonly CLOSED = numbers.CLOSED;
  readonly CONNECTING = numbers.CONNECTING;
  readonly OPEN = numbers.OPEN;
  readonly CLOSING = numbers.CLOSING;
  readonly CLOSED = numbers.CLOSED;
  readonly url: string;
  readonly extensions = '';
  readonly connection: ClientConnection<string | Uint8Array>;
  binaryType: 'arraybuffer' | 'blob' = 'blob';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  #isClosing = false;

  constructor(url: string, connection: ClientConnection<string | Uint8Array>) {
    super();
    this.url = new URL(url).href;
    this.connection = connection;
    connection.on('message', (message) => this.#received(message));
    connection.on('close', (ending) => this.#ended(ending));
    connection.opened.then(
      () => this.#fire(new Event('open')),
      () => {},
    );
  }

  get readyState(): number {
    const { readyState } = this.connection;
    if (readyState === 'CLOSED') return this.CLOSED;
    return this.#isClosing ? this.CLOSING : readyStates.indexOf(readyState);
  }

  get protocol(): string {
    return this.connection.protocol;
  }

  get bufferedAmount(): number {
    return this.connection.bufferedAmount;
  }

  /** WHATWG: discards what is sent after the closing has begun. */
  send(message: Sendable): void {
    if (this.readyState === this.CONNECTING)
      throw new DOMException('CONNECTING', 'InvalidStateError');
    if (this.readyState === this.OPEN) void this.connection.send(message);
  }

  close(code?: number, reason = ''): void {
    if (code !== undefined && !mayCloseWith(code)) {
      throw new DOMException(`${code} is neither 1000 nor 3000 to 4999`, 'InvalidAccessError');
    }
    if (utf8Bytes(reason) > longestReasonBytes) {
      throw new DOMException(`the reason exceeds ${longestReasonBytes} bytes`, 'SyntaxError');
    }
    this.#isClosing = true;
    void this.connection.close(code, reason);
  }

  #received(message: string | Uint8Array): void {
    this.#fire(new MessageEvent('message', { data: this.#dataOf(message) }));
  }

  #dataOf(message: string | Uint8Array): unknown {
    if (typeof message === 'string') return message;
    // A copy: the bytes of a Buffer are a part of a larger piece of memory.
    const bytes = new Uint8Array(message);
    return this.binaryType === 'blob' ? new Blob([bytes]) : bytes.buffer;
  }

  #ended(ending: Ending): void {
    if (ending.wasClean !== true) this.#fire(new Event('error'));
    this.#fire(new FarewellCloseEvent(ending));
  }

  #fire(event: Event): void {
    const handler = this[`on${event.type}` as 'onopen'] as ((event: Event) => unknown) | null;
    if (handler) this.addEventListener(event.type, handler, { once: true });
    this.dispatchEvent(event);
    if (handler) this.removeEventListener(event.type, handler);
  }
}
