import type { SocketRow } from '@farewell/core';
import type { ProblemCounter } from './problem-counter.ts';

/**
 * The rows with each connection once, as it was listed last: the kernel lets go of its table between two
 * pieces of /proc/net/tcp, and lists a socket again that has moved meanwhile. What is left out is counted.
 */
export function withoutRepeats(rows: SocketRow[], problems: ProblemCounter): SocketRow[] {
  const last = new Map<string, SocketRow>();
  // Listeners may share an address and a port.
  for (const row of rows) if (row.tcpState !== 'LISTEN') last.set(identity(row), row);
  return rows.filter((row) => {
    if (row.tcpState === 'LISTEN' || last.get(identity(row)) === row) return true;
    problems.add('a socket listed again in the same table', identity(row));
    return false;
  });
}

function identity(row: SocketRow): string {
  const { family, localAddress, localPort, remoteAddress, remotePort } = row;
  return `${family} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
