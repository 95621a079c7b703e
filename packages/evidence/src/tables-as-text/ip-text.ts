/** Canonical text of addresses, so that the same socket reads the same from every source. */

/** IPv4 from its four bytes in network order, given as one unsigned 32-bit number. */
export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
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
