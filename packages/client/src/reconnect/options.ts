import { type BackoffOptions, defaultBackoff, type Ending } from '@farewell/core';
import { type Clock, systemClock } from '../clock.ts';
import { numbersOf } from '../options.ts';
import { ownPage, type Page } from '../page.ts';
import { OfflineQueue, type QueueOptions } from './offline-queue.ts';

/** When and how to come back. Durations in ms. */
export interface ReconnectOptions {
  /** Bound of the first delay, which is random below it; doubles each time. Default 1,000. */
  readonly base?: number;
  /** The bound never grows beyond it. Default 30,000. */
  readonly max?: number;
  /** A connection that was open for less counts as a failure. Default 5,000. */
  readonly minUptime?: number;
  /** Failures in a row after which it is given up. Default: never. */
  readonly maxRetries?: number;
  /** Default: `worthReconnecting`. */
  readonly shouldReconnect?: (ending: Ending) => boolean;
  /** Messages that `send` takes while there is no connection. */
  readonly queue?: QueueOptions;
  /** Its abortion closes for good (4001). */
  readonly signal?: AbortSignal;
  /** In [0, 1). Default Math.random. */
  readonly random?: () => number;
  readonly clock?: Clock;
  readonly page?: Page | null;
}

/** Checked options. */
export interface ReconnectSettings {
  readonly backoff: BackoffOptions;
  readonly maxRetries: number;
  readonly shouldReconnect: (ending: Ending) => boolean;
  readonly queue: OfflineQueue;
  readonly random: () => number;
  readonly clock: Clock;
  readonly page: Page | null;
}

/** Checks the options and fills in the defaults. Throws InvalidOptionError. */
export function reconnectSettings(options: ReconnectOptions): ReconnectSettings {
  const { page, shouldReconnect = worthReconnecting } = options;
  return {
    backoff: numbersOf(options, { ...defaultBackoff }),
    maxRetries: numbersOf(options, { maxRetries: Infinity }).maxRetries,
    shouldReconnect,
    queue: new OfflineQueue(options.queue),
    random: options.random ?? Math.random,
    clock: options.clock ?? systemClock,
    page: page === undefined ? ownPage() : page,
  };
}

/**
 * Codes after which the same client would be turned away again: it was finished with (1000), or it broke a
 * rule (1002, 1003, 1007 to 1010).
 */
const final = new Set<unknown>([1000, 1002, 1003, 1007, 1008, 1009, 1010]);

/**
 * Is there hope? Not after a final code, nor after an HTTP status 4xx, but for those that are about time
 * (408, 425, 429) or where the server asked to come back.
 */
export function worthReconnecting({ code, httpStatus, retryAfter }: Ending): boolean {
  if (retryAfter !== null) return true;
  const isRefused = httpStatus !== null && httpStatus >= 400 && httpStatus < 500;
  if (isRefused) return [408, 425, 429].includes(httpStatus);
  return !final.has(code);
}
