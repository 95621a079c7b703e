import type { Role } from './tcp-state.ts';

/** How a connection is to end, and how long each wait may take. All durations in ms. */
export interface PolicyOptions {
  /**
   * Who sends the first FIN after the closing handshake, and so holds TIME-WAIT. Default `server`,
   * RFC 6455 §7.1.1. The other side holds its FIN back.
   */
  readonly firstFin?: Role;
  /**
   * What an expired deadline does: `rst` resets (nothing remains in the kernel), `fin` closes and leaves
   * the rest to the kernel's timers. Default `rst`: the peer is judged dead or mute, and an orphan in
   * FIN-WAIT-2 or LAST-ACK is not closed.
   */
  readonly abort?: 'rst' | 'fin';
  /**
   * `reset`: once the Close frame received is provably a reply, reset instead of FIN, so that nobody
   * holds TIME-WAIT. Both ends must want it: they agree in the opening handshake. Where they did not, where
   * the reply is not proven (both closed at once), or where data is unsent, `fin` applies. Default `fin`.
   */
  readonly afterHandshake?: 'fin' | 'reset';
  /** `false`: no pings (a browser cannot send any); then nothing finds out that an idle peer is gone. */
  readonly heartbeat?: false | { readonly interval?: number; readonly timeout?: number };
  /** Opening handshake, from its start. Default 10,000 (the `open_timeout` of Python websockets). */
  readonly openTimeout?: number;
  /** From our Close frame to the peer's. Default 10,000 (the `close_timeout` of Python websockets). */
  readonly closeTimeout?: number;
  /** From both Close frames to the peer's FIN. Default 2,000 (what Chromium waits for the server's FIN). */
  readonly finTimeout?: number;
  /** For our unsent data: without progress, or in all once the closing of TCP began. Default 10,000. */
  readonly flushTimeout?: number;
  /** How long reading may stay paused. Default 60,000 (nginx cuts a silent connection after 60 s). */
  readonly pausedTimeout?: number;
  /** From the start of a drain. Default 25,000 (Kubernetes kills after 30 s). */
  readonly drainTimeout?: number;
  /**
   * How long after TLS's close_notify the FIN of the waiting side is held back where the kernel cannot
   * be asked for CLOSE-WAIT. Default 20 (measured: right in 200 of 200 closes, all TLS versions).
   */
  readonly closeNotifyGrace?: number;
}

/** A checked policy: every value there, for one end. */
export interface Policy extends Required<Omit<PolicyOptions, 'heartbeat'>> {
  readonly local: Role;
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | false;
}

/**
 * Used where an option is not given. Heartbeat: a ping after 30 s of silence, half of the shortest idle
 * limit of common middleboxes (60 s: nginx, AWS ALB), and 10 s for the answer.
 */
export const defaultPolicy = {
  firstFin: 'server',
  abort: 'rst',
  afterHandshake: 'fin',
  heartbeat: { interval: 30_000, timeout: 10_000 },
  openTimeout: 10_000,
  closeTimeout: 10_000,
  finTimeout: 2_000,
  flushTimeout: 10_000,
  pausedTimeout: 60_000,
  drainTimeout: 25_000,
  closeNotifyGrace: 20,
} as const satisfies Required<PolicyOptions>;

/** The longest delay of a timer in Node and browsers; a longer one fires at once. */
export const longestTimeout = 2_147_483_647;

/** A policy, or what is wrong with the options. */
export type PolicyResult =
  | { readonly policy: Policy; readonly problem: null }
  /** What is wrong with which option, as a sentence for an error's message. */
  | { readonly policy: null; readonly problem: string; readonly option: string };

const choices = {
  firstFin: ['server', 'client'],
  abort: ['rst', 'fin'],
  afterHandshake: ['fin', 'reset'],
} as const;

const durations = [
  'openTimeout',
  'closeTimeout',
  'finTimeout',
  'flushTimeout',
  'pausedTimeout',
  'drainTimeout',
  'closeNotifyGrace',
] as const;

/** Checks the options for one end and fills in the defaults; other properties are left out. Never throws. */
export function createPolicy(local: Role, options: PolicyOptions = {}): PolicyResult {
  const { heartbeat } = options;
  if (heartbeat !== undefined && heartbeat !== false && !isObject(heartbeat)) {
    return wrong('heartbeat', 'false or an object', heartbeat);
  }
  const given = Object.fromEntries(
    Object.keys(defaultPolicy)
      .map((name) => [name, options[name as keyof PolicyOptions]])
      .filter(([, value]) => value !== undefined),
  );
  const policy = { ...defaultPolicy, ...given, heartbeat: heartbeatOf(heartbeat), local };
  return problemOf(policy) ?? { policy, problem: null };
}

function heartbeatOf(heartbeat: PolicyOptions['heartbeat']): Policy['heartbeat'] {
  return heartbeat === false ? false : { ...defaultPolicy.heartbeat, ...heartbeat };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function problemOf(policy: Policy): PolicyResult | null {
  for (const [option, allowed] of Object.entries(choices)) {
    const value = policy[option as keyof typeof choices];
    if (!allowed.some((choice) => choice === value)) return wrong(option, oneOf(allowed), value);
  }
  for (const option of durations) {
    if (!isDuration(policy[option])) return wrong(option, duration, policy[option]);
  }
  for (const [name, value] of Object.entries(policy.heartbeat)) {
    if (!isDuration(value)) return wrong(`heartbeat.${name}`, duration, value);
  }
  return null;
}

const duration = 'a finite number >= 0';
const oneOf = (allowed: readonly string[]): string =>
  allowed.map((choice) => `'${choice}'`).join(' or ');

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= longestTimeout;
}

function wrong(option: string, expected: string, value: unknown): PolicyResult {
  const tooLong = typeof value === 'number' && Number.isFinite(value) && value > longestTimeout;
  const limit = tooLong ? ` and <= ${longestTimeout} (the longest timer)` : '';
  const problem = `Expected \`${option}\` to be ${expected}${limit}, got \`${String(value)}\` (${typeof value})`;
  return { policy: null, problem, option };
}
