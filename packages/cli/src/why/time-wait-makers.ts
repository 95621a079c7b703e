import type { SocketRow, TracedProcess } from '@farewell/core';
import type { TracedSocket } from '@farewell/evidence';

/**
 * The process behind each TIME-WAIT whose full socket the trace saw: whoever closed it. The kernel itself
 * forgets that with the descriptor.
 */
export function timeWaitMakers(
  rows: readonly SocketRow[],
  sockets: Iterable<Readonly<TracedSocket>>,
): ReadonlyMap<SocketRow, TracedProcess> {
  const wanted = new Map<string, SocketRow>();
  for (const row of rows) if (row.tcpState === 'TIME-WAIT') wanted.set(tuple(row), row);
  const makers = new Map<SocketRow, { process: TracedProcess; closedAt: number }>();
  if (wanted.size === 0) return new Map();
  for (const socket of sockets) {
    const { closedAt, closer: process } = socket;
    if (closedAt === null || process === null) continue;
    const row = wanted.get(tuple(socket));
    // Of several with the same addresses and ports, one after the other, it is the last one's.
    if (row && (makers.get(row)?.closedAt ?? -1) < closedAt) makers.set(row, { process, closedAt });
  }
  return new Map([...makers].map(([row, { process }]) => [row, process]));
}

function tuple(end: SocketRow | Readonly<TracedSocket>): string {
  return `${end.localPort} ${end.remotePort} ${end.localAddress} ${end.remoteAddress}`;
}
