import type { SocketRow, SocketState, TcpState, Unknown } from '@farewell/core';
import type { StateCounts } from '../result.ts';

/** The rows of a table that are the two ends of a scenario's connections. A socket that is gone has no row. */
export interface Ends {
  readonly client: readonly SocketRow[];
  readonly server: readonly SocketRow[];
  /** How many rows each end has while all connections have one. */
  readonly portPairs: number;
}

/** Picks them by both ports, so that on a shared loopback nobody else's sockets are taken for ours. */
export function findEnds(
  rows: readonly SocketRow[],
  serverPort: number,
  clientPorts: ReadonlySet<number>,
): Ends {
  return {
    client: rows.filter((r) => r.remotePort === serverPort && clientPorts.has(r.localPort)),
    server: rows.filter((r) => r.localPort === serverPort && clientPorts.has(r.remotePort)),
    portPairs: clientPorts.size,
  };
}

/** The one state that all sockets of this end are in; `unknown` if they differ. No row: CLOSED. */
export function commonState(rows: readonly SocketRow[], portPairs: number): TcpState | Unknown {
  const [first] = rows;
  if (first === undefined) return 'CLOSED';
  if (first.tcpState === 'LISTEN' || rows.length !== portPairs) return 'unknown';
  return rows.every((row) => row.tcpState === first.tcpState) ? first.tcpState : 'unknown';
}

/** How many are in which state. */
export function countStates(rows: readonly SocketRow[]): StateCounts {
  const counts: Partial<Record<SocketState, number>> = {};
  for (const { tcpState } of rows) counts[tcpState] = (counts[tcpState] ?? 0) + 1;
  return counts;
}

/** `2 FIN-WAIT-2, 1 TIME-WAIT`, or `no socket`: for a sentence. */
export function describeRows(rows: readonly SocketRow[]): string {
  const counts = Object.entries(countStates(rows)).map(
    ([tcpState, count]) => `${count} ${tcpState}`,
  );
  return counts.length === 0 ? 'no socket' : counts.join(', ');
}
