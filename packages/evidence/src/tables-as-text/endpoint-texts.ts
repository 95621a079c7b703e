import { decimalAt } from './fields.ts';
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from './ip-text.ts';

/** One end of a socket as a tool printed it. */
export interface Endpoint {
  readonly host: Host;
  /** 0 for `*`. */
  readonly port: number;
}

/**
 * How an address was printed. `wildcard` is `*`: any address, of a family that the row must tell.
 * `cut`: no address, but the beginning of an IPv6 address that did not fit its column.
 */
export interface Host {
  readonly kind: 'ipv4' | 'ipv6' | 'wildcard' | 'cut';
  /** Canonical text; of a cut address what there is of it, and `…`. */
  readonly address: string;
  /** IPv6 without brackets, as netstat and old versions of ss print it. */
  readonly bare: boolean;
}

export type NotAnEndpoint = 'no address and port' | 'a port given as a name';

/** The family that two ends printed together have; two wildcards are a dual-stack listener's. */
export function familyOf(local: Host['kind'], remote: Host['kind']): 4 | 6 {
  if (local === 'ipv6' || remote === 'ipv6' || local === 'cut' || remote === 'cut') return 6;
  return local === 'ipv4' || remote === 'ipv4' ? 4 : 6;
}

/** The address as a row gives it. */
export function addressOf(endpoint: Endpoint, family: 4 | 6): string {
  if (endpoint.host.kind !== 'wildcard') return endpoint.host.address;
  return family === 4 ? '0.0.0.0' : '::';
}

/**
 * Reads `10.0.0.1:80`, `[::1]:80`, `:::80`, `127.0.0.53%lo:53`, `*:80`, `0.0.0.0:*` and, with `.` as the
 * separator, `10.0.0.1.80` and `*.*`. Addresses repeat: each is parsed once for each instance.
 */
export class EndpointTexts {
  readonly #text: string;
  readonly #separator: ':' | '.';
  readonly #hosts = new Map<string, Host | null>();

  constructor(text: string, separator: ':' | '.') {
    this.#text = text;
    this.#separator = separator;
  }

  /** The endpoint that is all of `text.slice(from, to)`. */
  read(from: number, to: number): Endpoint | NotAnEndpoint {
    const at = this.#lastSeparator(from, to);
    const host = at > from ? this.#host(from, at) : null;
    if (host === null) return 'no address and port';
    if (to - at === 2 && this.#text[at + 1] === '*') return { host, port: 0 };
    const port = decimalAt(this.#text, at + 1, to);
    return port === null || port > 65535 ? 'a port given as a name' : { host, port };
  }

  #lastSeparator(from: number, to: number): number {
    for (let at = to - 1; at >= from; at -= 1) if (this.#text[at] === this.#separator) return at;
    return -1;
  }

  #host(from: number, to: number): Host | null {
    if (to - from > 64) return null;
    const text = this.#text.slice(from, to);
    const known = this.#hosts.get(text);
    if (known !== undefined) return known;
    const host = parseHost(text);
    this.#hosts.set(text, host);
    return host;
  }
}

function parseHost(text: string): Host | null {
  // The scope or the device that the socket is bound to: not part of the address, and not in /proc.
  const [unscoped = '', scope] = text.split('%', 2);
  const bracketed = unscoped.startsWith('[');
  const bare = bracketed ? unscoped.slice(1, unscoped.endsWith(']') ? -1 : undefined) : unscoped;
  if (bare === '*') return { kind: 'wildcard', address: '*', bare: false };
  const ipv4 = parseIpv4(bare);
  if (ipv4 !== null) return { kind: 'ipv4', address: ipv4Text(ipv4), bare: false };
  const ipv6 = parseIpv6(bare);
  if (ipv6 !== null) return { kind: 'ipv6', address: ipv6Text(ipv6), bare: !bracketed };
  const beginning =
    scope === undefined && /^[\da-f]{1,4}(?::[\da-f]{0,4}){1,7}(?:[\d.]{0,15})$/i.test(bare);
  return beginning ? { kind: 'cut', address: `${bare}…`, bare: true } : null;
}
