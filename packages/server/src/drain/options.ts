import { InvalidOptionError, type ManagedConnection, type Message } from '@farewell/connection';
import { defaultPolicy, longestReasonBytes, longestTimeout, mayStandInClose } from '@farewell/core';

/** How a server drains. All durations in ms. */
export interface DrainOptions {
  /** For all of it: what has not ended by then is aborted. Default 25,000 (Kubernetes kills after 30 s). */
  readonly timeout?: number;
  /** Close frames at a time. Default 50; more where the last one would else be later than half of `timeout`. */
  readonly batchSize?: number;
  /** Between two batches; 0: a turn of the event loop. Default 1. */
  readonly batchInterval?: number;
  /** Of the Close frames. Default 1012 (service restart). */
  readonly code?: number;
  /** Of the Close frames; the delay is appended to it. Default: none. */
  readonly reason?: string;
  /**
   * After which time clients are asked to come back: each gets a delay of its own, spread evenly from
   * `min` to `max`, as `retry-after=SECONDS` in the reason of its Close frame and as Retry-After of a
   * 503. `false`: nothing is asked. Default 1,000 to 10,000.
   */
  readonly retryAfter?: false | { readonly min: number; readonly max: number };
  /** Sent to each connection before its Close frame. A function makes one for each; undefined: none. */
  readonly message?: Message | ((connection: ManagedConnection) => Message | undefined);
  /** From the message to the Close frame of the same connection, at most half of `timeout`. Default 0. */
  readonly messageLead?: number;
}

/** Checked options. */
export interface DrainSettings extends Required<Omit<DrainOptions, 'message'>> {
  readonly message: DrainOptions['message'];
}

const defaults = {
  timeout: defaultPolicy.drainTimeout,
  // At 100 each 5 ms the clients wait longer for work: 15,000 took 9 % more time.
  batchSize: 50,
  batchInterval: 1,
  code: 1012,
  reason: '',
  retryAfter: { min: 1_000, max: 10_000 },
  messageLead: 0,
} as const;

/** The longest `; retry-after=SECONDS`: nine digits, a point and one more. */
const longestDelayBytes = 25;

/** Fills in the defaults. Throws InvalidOptionError. */
export function drainSettings(options: DrainOptions = {}): DrainSettings {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const settings: DrainSettings = { message: undefined, ...defaults, ...given };
  checkNumbers(settings);
  checkCloseFrame(settings);
  return settings;
}

function checkNumbers(settings: DrainSettings): void {
  const { timeout, batchSize, batchInterval, messageLead, retryAfter } = settings;
  checkRange('timeout', timeout, [0, longestTimeout]);
  checkRange('batchSize', batchSize, [1, Number.MAX_SAFE_INTEGER]);
  checkRange('batchInterval', batchInterval, [0, longestTimeout]);
  checkRange('messageLead', messageLead, [0, timeout / 2]);
  if (retryAfter === false) return;
  checkRange('retryAfter.min', retryAfter.min, [0, longestTimeout]);
  checkRange('retryAfter.max', retryAfter.max, [retryAfter.min, longestTimeout]);
}

function checkCloseFrame({ code, reason, retryAfter }: DrainSettings): void {
  if (!mayStandInClose(code)) {
    throw wrong('code', 'a code that may stand in a Close frame', code);
  }
  const most = retryAfter === false ? longestReasonBytes : longestReasonBytes - longestDelayBytes;
  const bytes = Buffer.byteLength(reason);
  if (bytes > most) throw wrong('reason', `at most ${most} bytes of UTF-8`, `${bytes} bytes`);
}

function checkRange(
  option: string,
  value: unknown,
  [least, most]: readonly [least: number, most: number],
): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw wrong(option, `a number from ${least} to ${most}`, value);
}

function wrong(option: string, expected: string, value: unknown): InvalidOptionError {
  const message = `Expected \`drain.${option}\` to be ${expected}, got \`${String(value)}\` (${typeof value})`;
  return new InvalidOptionError(message, `drain.${option}`);
}
