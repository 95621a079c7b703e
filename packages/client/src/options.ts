import { defaultPolicy, InvalidOptionError, longestTimeout, type Policy } from '@farewell/core';
import { type Clock, systemClock } from './clock.ts';
import type { NativeWebSocketClass } from './native-web-socket.ts';
import { ownPage, type Page } from './page.ts';

/** Options of `connect`. Durations in ms. What a browser hides from a page has none. */
export interface ConnectOptions {
  /** Subprotocols, the preferred one first. */
  readonly protocols?: string | readonly string[];
  /** Its abortion closes the connection (4001), or gives up the opening. */
  readonly signal?: AbortSignal;
  /** Opening handshake, from its start. Default 10,000. */
  readonly openTimeout?: number;
  /** From `close()` to the end, whatever the browser waits for. Default 10,000. */
  readonly closeTimeout?: number;
  /** For data that is not getting out: how long without progress. Default 10,000. */
  readonly flushTimeout?: number;
  /** How long the browser may say that it is offline. Default 10,000. */
  readonly offlineTimeout?: number;
  /** Bytes unsent above which `send` waits. Default 65,536. */
  readonly highWaterMark?: number;
  /** Bytes not iterated over above which the connection is closed (4009): reading cannot be paused. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** Default: the global one. */
  readonly WebSocket?: NativeWebSocketClass;
  /** Default: the system's, with the time that it slept. */
  readonly clock?: Clock;
  /** Whose events are listened to; null: none. Default: the page or worker that runs this. */
  readonly page?: Page | null;
}

/** Checked options. */
export interface Settings {
  readonly policy: Policy;
  readonly offlineTimeout: number;
  readonly highWaterMark: number;
  readonly maxWaitingBytes: number;
  readonly clock: Clock;
  readonly page: Page | null;
}

const defaults = {
  openTimeout: defaultPolicy.openTimeout,
  closeTimeout: defaultPolicy.closeTimeout,
  flushTimeout: defaultPolicy.flushTimeout,
  offlineTimeout: 10_000,
  highWaterMark: 65_536,
  maxWaitingBytes: 2 ** 24,
};

/** Checks the options and fills in the defaults. Throws InvalidOptionError. */
export function settingsOf(options: ConnectOptions): Settings {
  const numbers = numbersOf(options, defaults);
  return {
    ...numbers,
    // A browser sends no pings, and its kernel decides about TCP: neither can be asked for.
    policy: { ...defaultPolicy, ...numbers, heartbeat: false, local: 'client' },
    clock: options.clock ?? systemClock,
    page: options.page === undefined ? ownPage() : options.page,
  };
}

/** The numbers among the options: those given, checked, and else the defaults. Throws InvalidOptionError. */
export function numbersOf<T extends Readonly<Record<string, number>>>(
  options: Readonly<Partial<Record<keyof T, unknown>>>,
  defaults: T,
): T {
  const numbers = Object.keys(defaults).map((name) => {
    const value = options[name] ?? defaults[name];
    const isSound = typeof value === 'number' && value >= 0;
    if (isSound && (value <= longestTimeout || value === defaults[name])) return [name, value];
    const expected = `a number from 0 to ${longestTimeout}`;
    throw new InvalidOptionError(
      `Expected \`${name}\` to be ${expected}, got \`${String(value)}\` (${typeof value})`,
      name,
    );
  });
  return Object.fromEntries(numbers) as T;
}

/** The global WebSocket. Throws InvalidOptionError where there is none. */
export function globalWebSocket(): NativeWebSocketClass {
  const { WebSocket } = globalThis as { WebSocket?: NativeWebSocketClass };
  if (WebSocket) return WebSocket;
  throw new InvalidOptionError(
    'Expected a global `WebSocket` (browsers, Node 22) or the option `WebSocket`, got neither',
    'WebSocket',
  );
}
