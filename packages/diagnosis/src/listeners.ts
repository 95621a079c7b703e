import type { SocketRow } from '@farewell/core';

/** The sockets that wait for connections, found by port. */
export interface Listeners {
  /** True if a connection at this local address and port came in by a listener. */
  readonly has: (address: string, port: number) => boolean;
  /** The listeners that it may have come in by: more than one where they share the port. */
  readonly at: (address: string, port: number) => readonly SocketRow[];
}

/** Reads the LISTEN rows of one table. */
export function listenersOf(rows: readonly SocketRow[]): Listeners {
  const byPort = new Map<number, SocketRow[]>();
  for (const row of rows.filter(({ tcpState }) => tcpState === 'LISTEN')) {
    const sharing = byPort.get(row.localPort);
    if (sharing) sharing.push(row);
    else byPort.set(row.localPort, [row]);
  }
  const at = (address: string, port: number): readonly SocketRow[] =>
    byPort.get(port)?.filter((each) => covers(each.localAddress, address)) ?? none;
  const has = (address: string, port: number): boolean => {
    const sharing = byPort.get(port);
    return sharing !== undefined && anyCovers(sharing, address);
  };
  return { at, has };
}

/** Asked once or twice of each of 100,000 rows: no closure and no iterator is made for it. */
function anyCovers(sharing: readonly SocketRow[], address: string): boolean {
  for (let index = 0; index < sharing.length; index += 1)
    if (covers(sharing[index]?.localAddress ?? '', address)) return true;
  return false;
}

const none: readonly SocketRow[] = [];

/** True if a socket bound to `bound` takes connections to `address`. */
export function covers(bound: string, address: string): boolean {
  if (bound === address || bound === '*' || bound === '::') return true;
  return bound === '0.0.0.0' && !address.includes(':');
}
