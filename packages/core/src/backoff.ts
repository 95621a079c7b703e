/** When to try again. All durations in ms. */
export interface BackoffOptions {
  /** The delay's upper bound before the second attempt; it doubles each time. */
  readonly base: number;
  /** The upper bound never grows beyond it. */
  readonly max: number;
  /** A connection that stayed open for less does not count as a success: the delay goes on growing. */
  readonly minUptime: number;
}

/**
 * `base` is gRPC's initial backoff, `minUptime` that of reconnecting-websocket. With `max`, a client
 * tries four times a minute on average while a server is down for long.
 */
export const defaultBackoff: BackoffOptions = { base: 1_000, max: 30_000, minUptime: 5_000 };

/** What the next delay depends on. */
export interface Attempt {
  /** Attempts in a row that failed or did not last `minUptime`. */
  readonly failures: number;
  /** What the server asked to wait, ms; null: nothing. */
  readonly retryAfter: number | null;
}

/**
 * The delay before the next attempt: full jitter, uniform between 0 and the bound, the first one too, so
 * that clients cut off together do not return together. A delay that the server asked for is obeyed: it
 * is the least, and the jitter comes on top, up to `base`. `random` in [0, 1), as Math.random.
 */
export function backoffDelay(
  { failures, retryAfter }: Attempt,
  random: number,
  options: BackoffOptions = defaultBackoff,
): number {
  if (retryAfter !== null) return retryAfter + random * options.base;
  // 2 ** 1024 is Infinity, which `min` takes care of.
  return random * Math.min(options.max, options.base * 2 ** Math.max(0, failures - 1));
}

/** The number of failures after a connection ended that had been open for `uptime` (0: never opened). */
export function failuresAfter(
  failures: number,
  uptime: number,
  options: BackoffOptions = defaultBackoff,
): number {
  return uptime >= options.minUptime ? 1 : failures + 1;
}
