import type { SocketRow, TcpSettings } from '@farewell/core';
import { timeWaitAge } from './ages.ts';
import { isLoopback } from './attribution.ts';
import { destinationOf } from './scope.ts';
import type { Service } from './services.ts';

/** The ports that one source address has in use towards one destination. */
export interface PortUse {
  readonly source: string;
  readonly destination: string;
  readonly rows: readonly SocketRow[];
  readonly timeWaits: readonly SocketRow[];
  /** TIME-WAITs that an outgoing connection may take over, because tcp_tw_reuse lets it. */
  readonly reusable: number;
  readonly isReuseAllowed: boolean;
}

/** Linux's default net.ipv4.ip_local_port_range: 28,232 ports. */
export const defaultPortRange = [32_768, 60_999] as const;

/** tcp_tw_reuse takes over a TIME-WAIT no sooner than this, ms. */
export const reuseAfter = 1000;

/**
 * Ports in use, the fullest (source, destination) first. A port is taken for one source address,
 * destination address and destination port; to another destination it is free.
 */
export function portUse(service: Service, settings: TcpSettings | null): readonly PortUse[] {
  const uses = new Uses();
  for (const [tcpState, rows] of service.rows) {
    if (tcpState !== 'LISTEN') for (const row of rows) uses.of(row).push(row);
  }
  return uses.list
    .map((rows) => useOf(rows, settings?.timeWaitReuse ?? null))
    .sort((a, b) => b.rows.length - a.rows.length || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Rows by source and destination. Maps in maps: no string is put together for each row. */
class Uses {
  readonly list: SocketRow[][] = [];
  readonly #byAddress = new Map<string, Map<number, Map<string, SocketRow[]>>>();

  of(row: SocketRow): SocketRow[] {
    let byPort = this.#byAddress.get(row.remoteAddress);
    if (!byPort) this.#byAddress.set(row.remoteAddress, (byPort = new Map()));
    let bySource = byPort.get(row.remotePort);
    if (!bySource) byPort.set(row.remotePort, (bySource = new Map<string, SocketRow[]>()));
    const found = bySource.get(row.localAddress);
    if (found) return found;
    const rows: SocketRow[] = [];
    bySource.set(row.localAddress, rows);
    this.list.push(rows);
    return rows;
  }
}

/** How many ports the range holds. */
export function rangeSize([first, last]: readonly [number, number]): number {
  return Math.max(0, last - first + 1);
}

function useOf(rows: readonly SocketRow[], reuse: number | null): PortUse {
  const timeWaits = rows.filter((row) => row.tcpState === 'TIME-WAIT');
  const source = rows[0]?.localAddress ?? '';
  const isReuseAllowed = reuse === 1 || (reuse === 2 && isLoopback(source));
  const reusable = isReuseAllowed
    ? timeWaits.filter((row) => (timeWaitAge(row) ?? 0) > reuseAfter).length
    : 0;
  const destination = rows[0] ? destinationOf(rows[0]) : '';
  return { source, destination, rows, timeWaits, reusable, isReuseAllowed };
}

function nameOf({ source, destination }: PortUse): string {
  return `${source} ${destination}`;
}
