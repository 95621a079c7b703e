import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { InvalidOptionError } from '@farewell/connection';
import type { TrustedProxies } from './options.ts';

/**
 * Whose connection it is, behind proxies too. Each proxy appends the address it was called from, so the
 * list is read from its end, and only as long as whoever wrote the entry is trusted: what stands before
 * that, the client may have made up.
 */

/** Finds the address of a client. */
export type ClientAddress = (remoteAddress: string, headers: IncomingHttpHeaders) => string;

/** Throws InvalidOptionError for an address that is none. */
export function clientAddress(trusted: TrustedProxies | undefined): ClientAddress {
  if (!trusted) return plain;
  const proxies = blockList(trusted.addresses);
  const isTrusted = (address: string): boolean =>
    proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  const entries = trusted.header === 'forwarded' ? fromForwarded : fromXForwardedFor;
  return (remoteAddress, headers) => {
    let address = plain(remoteAddress);
    const chain = entries(headers);
    while (isTrusted(address)) {
      const entry = chain.pop();
      // `unknown` or an obfuscated name (RFC 7239 §6): nobody behind this proxy can be told apart.
      if (entry === undefined || isIP(entry) === 0) break;
      address = plain(entry);
    }
    return address;
  };
}

/** What connections are counted by: an IPv4 address, or the /64 of an IPv6 address. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const [left = '', right] = address.replace(/%.*/, '').split('::');
  const groups = groupsOf(left);
  const tail = right === undefined ? [] : groupsOf(right);
  const zeros = right === undefined ? 0 : Math.max(0, 8 - groups.length - tail.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...tail];
  const prefix = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}

/** An IPv4 address in the last 32 bits stands for two groups. */
function groupsOf(text: string): string[] {
  const groups = text === '' ? [] : text.split(':');
  return groups.at(-1)?.includes('.') ? [...groups.slice(0, -1), '0', '0'] : groups;
}

/** An IPv4 peer of a dual-stack listener looks like `::ffff:10.0.0.1`. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

function fromXForwardedFor(headers: IncomingHttpHeaders): string[] {
  return listOf(headers['x-forwarded-for']).map(withoutPort);
}

/** RFC 7239: `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"`. */
function fromForwarded(headers: IncomingHttpHeaders): string[] {
  return listOf(headers['forwarded']).map((element) => {
    const value = /(?:^|;)\s*for=("?)([^";]*)\1/i.exec(element)?.[2] ?? '';
    return withoutPort(value);
  });
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text === '' ? [] : text.split(',').map((entry) => entry.trim());
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` too. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(entry);
  if (bracketed) return bracketed[1] ?? '';
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry);
  return withPort?.[1] ?? entry;
}

function blockList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', prefix] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const longest = family === 'ipv4' ? 32 : 128;
    const bits = prefix === undefined ? longest : Number(prefix);
    const isValid = isIP(address) > 0 && Number.isInteger(bits) && bits >= 0 && bits <= longest;
    if (!isValid) {
      const message = `Expected \`trustedProxies.addresses\` to be IP addresses or CIDR ranges, got \`${entry}\``;
      throw new InvalidOptionError(message, 'trustedProxies.addresses');
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}
