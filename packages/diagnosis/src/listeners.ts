import type { SocketRow } from '@farewell/core';

/** The sockets that wait for connections, found by port. */
export interface Listeners {
  /** The listener that a connection at this local address and port came in by, if one is there. */
  readonly at: (address: string, port: number) => SocketRow | null;
  readonly all: readonly SocketRow[];
}

/** Reads the LISTEN rows of one table. */
export function listenersOf(rows: readonly SocketRow[]): Listeners {
  const all = rows.filter((row) => row.tcpState === 'LISTEN');
  const byPort = new Map<number, SocketRow[]>();
  for (const row of all) {
    const sharing = byPort.get(row.localPort);
    if (sharing) sharing.push(row);
    else byPort.set(row.localPort, [row]);
  }
  return {
    all,
    at: (address, port) =>
      byPort.get(port)?.find((listener) => covers(listener.localAddress, address)) ?? null,
  };
}

/** True if a socket bound to `bound` takes connections to `address`. */
export function covers(bound: string, address: string): boolean {
  if (bound === address || bound === '*' || bound === '::') return true;
  return bound === '0.0.0.0' && !address.includes(':');
}
