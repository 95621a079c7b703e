import type { Role, SocketRow, Unknown } from '@farewell/core';

/** Tells whether both ends of some connection are among the rows that it was given. */
export class LocalPairs {
  readonly #live: Sides = { clients: [], others: [] };
  readonly #timeWaits: Sides = { clients: [], others: [] };

  add(row: SocketRow, role: Role | Unknown): void {
    if (row.tcpState === 'LISTEN') return;
    const { clients, others } = row.tcpState === 'TIME-WAIT' ? this.#timeWaits : this.#live;
    (role === 'client' ? clients : others).push(row);
  }

  /** Live connections first: they nearly always decide, and TIME-WAITs may be 100,000. */
  any(): boolean {
    const [live, timeWaits] = [this.#live, this.#timeWaits];
    return (
      anyPair(live.clients, live.others) ||
      anyPair(live.clients, timeWaits.others) ||
      anyPair(live.others, timeWaits.clients) ||
      anyPair(timeWaits.clients, timeWaits.others)
    );
  }
}

/** Clients' sockets, and those that are at the other end or may be. */
interface Sides {
  readonly clients: SocketRow[];
  readonly others: SocketRow[];
}

/** True if one connection has a row in both lists. Ports as one number: no string for each row. */
function anyPair(these: readonly SocketRow[], those: readonly SocketRow[]): boolean {
  if (these.length === 0 || those.length === 0) return false;
  const byPorts = new Map(these.map((row) => [row.localPort * 65_536 + row.remotePort, row]));
  return those.some((row) => {
    const mirror = byPorts.get(row.remotePort * 65_536 + row.localPort);
    return mirror?.localAddress === row.remoteAddress && mirror.remoteAddress === row.localAddress;
  });
}
