/** Canonical text of addresses, so that the same socket reads the same from every source. */

/** IPv4 from its four bytes in network order, given as one unsigned 32-bit number. */
export function ipv4Text(address: number): string {
  return `${(address >>> 24) & 0xff}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/**
 * IPv6 from its eight 16-bit groups, as RFC 5952 writes it: lower case, the longest run of zero groups
 * (the first of equals, at least two) as `::`. An IPv4-mapped address (::ffff:a.b.c.d) comes as IPv4.
 */
export function ipv6Text(groups: readonly number[]): string {
  if (isMapped(groups)) return ipv4Text(((groups[6] ?? 0) * 0x10000 + (groups[7] ?? 0)) >>> 0);
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i < groups.length; i += 1) {
    if (groups[i] !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}

/** The four bytes of IPv4 text as one unsigned number, or null. */
export function parseIpv4(text: string): number | null {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return null;
  let address = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    address = address * 256 + Number(part);
  }
  return address;
}

/** The eight groups of IPv6 text (`::`, any case, a dotted IPv4 tail, no scope), or null. */
export function parseIpv6(text: string): readonly number[] | null {
  if (text.length > 45) return null;
  const halves = text.split('::', 3);
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groupsOf);
  if (head == null || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const zeros = 8 - head.length - tail.length;
  return zeros < 1 ? null : [...head, ...Array.from({ length: zeros }, () => 0), ...tail];
}

function groupsOf(text: string): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    const ipv4 = part.includes('.') ? parseIpv4(part) : null;
    if (ipv4 !== null) groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
