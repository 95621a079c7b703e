import type { SocketRow, SocketState, SocketTable, TcpState, Unknown } from '@farewell/core';
import type { StateCounts } from '../result.ts';

/** The rows of a table that are the two ends of a scenario's connections. A socket that is gone has no row. */
export interface Ends {
  readonly client: readonly SocketRow[];
  readonly server: readonly SocketRow[];
  /** How many rows each end has while all connections have one. */
  readonly portPairs: number;
}

/** How a scenario's sockets are told from all others. */
export interface Ports {
  /** Where the client connects to: a middlebox's port if there is one, else the server's. */
  readonly frontPort: number;
  readonly serverPort: number;
  readonly clientPorts: ReadonlySet<number>;
}

/** Picks them by both ports, so that on a shared loopback nobody else's sockets are taken for ours. */
export function findEnds(
  rows: readonly SocketRow[],
  { frontPort, serverPort, clientPorts }: Ports,
): Ends {
  // The server's peer is the middlebox if there is one; then the namespace is ours, and so are all its sockets.
  const isPeer = (port: number): boolean => frontPort !== serverPort || clientPorts.has(port);
  return {
    client: rows.filter((r) => r.remotePort === frontPort && clientPorts.has(r.localPort)),
    server: rows.filter(
      (r) => r.localPort === serverPort && r.tcpState !== 'LISTEN' && isPeer(r.remotePort),
    ),
    portPairs: clientPorts.size,
  };
}

/**
 * A table without what others left behind at our port: on a shared loopback a server may have had it a moment
 * ago, and the TIME-WAITs of its clients are still there.
 */
export function withoutStrangers(table: SocketTable, ports: Ports): SocketTable {
  const { client, server } = findEnds(table.rows, ports);
  const ours = new Set([...client, ...server]);
  const isAtOurPort = ({ localPort, remotePort }: SocketRow): boolean =>
    localPort === ports.serverPort || remotePort === ports.serverPort;
  const rows = table.rows.filter(
    (row) => row.tcpState === 'LISTEN' || ours.has(row) || !isAtOurPort(row),
  );
  return { ...table, rows };
}

/** The one state that all sockets of this end are in; `unknown` if they differ. No row: CLOSED. */
export function commonState(rows: readonly SocketRow[], portPairs: number): TcpState | Unknown {
  const [first] = rows;
  if (first === undefined) return 'CLOSED';
  if (first.tcpState === 'LISTEN' || rows.length !== portPairs) return 'unknown';
  return rows.every((row) => row.tcpState === first.tcpState) ? first.tcpState : 'unknown';
}

/** The same of both ends. */
export function commonStates({ client, server, portPairs }: Ends): {
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
} {
  return { client: commonState(client, portPairs), server: commonState(server, portPairs) };
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
