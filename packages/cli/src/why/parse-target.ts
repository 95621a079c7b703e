import { isIP } from 'node:net';
import type { Target } from '@farewell/diagnosis';
import { failed, ok, type Result } from '../result.ts';

/** A target as it was typed: a host name becomes an address only when it has been looked up. */
export type TypedTarget =
  | Target
  | { readonly kind: 'host'; readonly host: string; readonly port: number };

const forms = 'a port (`:8080`), `host:port`, `[::1]:8080`, a process name, or nothing';
const portOfScheme: Readonly<Record<string, number>> = { ws: 80, http: 80, wss: 443, https: 443 };

/** Reads TARGET. Digits alone are a port; a URL stands for its host and port. */
export function parseTarget(text: string): Result<TypedTarget> {
  const trimmed = text.trim();
  if (trimmed === '') return failed(`Expected TARGET to be ${forms}, got an empty text`);
  const url = /^(wss?|https?):\/\/([^/?#]*)/i.exec(trimmed);
  if (url) return parseUrl(trimmed, url);
  if (/^:?\d+$/.test(trimmed)) {
    const port = parsePort(trimmed.replace(':', ''));
    return port.ok ? ok({ kind: 'port', port: port.value }) : port;
  }
  if (isIP(trimmed) !== 0)
    return failed(
      `Expected a port behind the address, such as \`${endpointText(trimmed, 8080)}\`, got \`${text}\``,
    );
  return trimmed.includes(':') ? parseEndpoint(trimmed) : ok({ kind: 'name', name: trimmed });
}

/** `--pid`: a positive whole number. */
export function parsePid(text: string): Result<number> {
  const pid = Number(text);
  if (/^\d{1,10}$/.test(text) && pid > 0 && pid < 2 ** 31) return ok(pid);
  return failed(`Expected \`--pid\` to be a process id (a whole number > 0), got \`${text}\``);
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export function endpointText(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The text that the socket table uses: RFC 5952 §4, no zone, an IPv4-mapped address as IPv4. */
export function canonicalAddress(address: string): string {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const text = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(text) ?? [];
  if (high === undefined || low === undefined) return text;
  const words = [high, low].map((word) => Number.parseInt(word, 16));
  return words.flatMap((word) => [word >> 8, word & 0xff]).join('.');
}

function parsePort(text: string): Result<number> {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return ok(port);
  return failed(`Expected a port from 1 to 65535, got \`${text}\``);
}

function parseUrl(text: string, match: RegExpExecArray): Result<TypedTarget> {
  const [, scheme = '', authority = ''] = match;
  const host = authority.replace(/^.*@/, '');
  if (host === '') return failed(`Expected a host in the URL, got \`${text}\``);
  if (/:\d*$/.test(host.replace(/^\[.*\]/, ''))) return parseEndpoint(host);
  return parseEndpoint(`${host}:${portOfScheme[scheme.toLowerCase()]}`);
}

function parseEndpoint(text: string): Result<TypedTarget> {
  const [, bracketed, bare, portText = ''] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text) ?? [];
  const host = bracketed ?? bare;
  if (host === undefined || host === '' || (bracketed !== undefined && isIP(bracketed) !== 6))
    return failed(`Expected TARGET to be ${forms}, got \`${text}\``);
  const port = parsePort(portText);
  if (!port.ok) return port;
  if (isIP(host) !== 0)
    return ok({ kind: 'endpoint', address: canonicalAddress(host), port: port.value });
  // 127.0.0.256 and the like: no host name ends in a number (WHATWG URL, "ends in a number").
  if (/(^|\.)\d+$/.test(host))
    return failed(`Expected an address such as 127.0.0.1, got \`${host}\``);
  return ok({ kind: 'host', host, port: port.value });
}
