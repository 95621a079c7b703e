import { InvalidOptionError } from '@farewell/connection';
import { longestTimeout } from '@farewell/core';

/** What a server allows, to all and to each. All durations in ms; nothing is limited that is left out. */
export interface LimitOptions {
  /** Connections at the same time, those that are being opened or closed included. Refusal: 503. */
  readonly maxConnections?: number;
  /** The same for each client's address; an IPv6 /64, which one host may have to itself, is one. Refusal: 429. */
  readonly maxConnectionsPerAddress?: number;
  /** Proxies that say truly whom they forward. Without it the address is the TCP peer's. */
  readonly trustedProxies?: TrustedProxies;
  /**
   * A connection is closed (1001) when it is so old: `age` less a random part of `jitter`, so that those
   * opened together do not return together. Default `jitter`: a tenth of `age`.
   */
  readonly maxConnectionAge?: { readonly age: number; readonly jitter?: number };
  /** What happens with a client that takes its messages too slowly. */
  readonly slowConsumer?: SlowConsumerOptions;
  /**
   * At most `messages` of a client in `interval`, as many of them at once. One more closes the connection
   * (1008) and is not handed on.
   */
  readonly messageRate?: { readonly messages: number; readonly interval: number };
}

/** Addresses, and the header that they write. Only one is read: the other may be the client's own invention. */
export interface TrustedProxies {
  /** IP addresses and CIDR ranges, `10.0.0.0/8` for example. */
  readonly addresses: readonly string[];
  /** Default `x-forwarded-for`. `forwarded`: RFC 7239. */
  readonly header?: 'x-forwarded-for' | 'forwarded';
}

/** A client is slow once more than `bytes` have been unsent for `duration`. */
export interface SlowConsumerOptions {
  readonly bytes: number;
  /** 0: at once. */
  readonly duration: number;
  /**
   * `close`: with 1013 (try again later), and by RST if `closeTimeout` or `flushTimeout` expires. `drop`:
   * `send` rejects with SlowConsumerError until less is unsent. `pause`: nothing more is read from the
   * client until less is unsent, bounded by `pausedTimeout`.
   */
  readonly action: 'close' | 'drop' | 'pause';
}

/** Throws InvalidOptionError. */
export function checkLimits(options: LimitOptions): void {
  const { maxConnections, maxConnectionsPerAddress, maxConnectionAge } = options;
  const { slowConsumer, messageRate } = options;
  check('maxConnections', maxConnections, 1);
  check('maxConnectionsPerAddress', maxConnectionsPerAddress, 1);
  check('maxConnectionAge.age', maxConnectionAge?.age, 1);
  check('maxConnectionAge.jitter', maxConnectionAge?.jitter, 0, maxConnectionAge?.age);
  check('messageRate.messages', messageRate?.messages, 1);
  check('messageRate.interval', messageRate?.interval, 1);
  check('slowConsumer.bytes', slowConsumer?.bytes, 0);
  check('slowConsumer.duration', slowConsumer?.duration, 0);
  if (slowConsumer && !actions.includes(slowConsumer.action))
    throw wrong('slowConsumer.action', `one of ${actions.join(', ')}`, slowConsumer.action);
}

const actions: readonly string[] = ['close', 'drop', 'pause'];

function check(option: string, value: unknown, ...range: readonly [number, number?]): void {
  const [least, most = longestTimeout] = range;
  if (value === undefined) return;
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw wrong(option, `a number from ${least} to ${most}`, value);
}

function wrong(option: string, expected: string, value: unknown): InvalidOptionError {
  const came = `\`${String(value)}\` (${typeof value})`;
  return new InvalidOptionError(`Expected \`${option}\` to be ${expected}, got ${came}`, option);
}
