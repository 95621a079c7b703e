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
  const uses = new Map<string, { source: string; destination: string; rows: SocketRow[] }>();
  for (const [tcpState, rows] of service.rows) {
    if (tcpState === 'LISTEN') continue;
    for (const row of rows) {
      const destination = service.destination ?? destinationOf(row);
      const key = `${row.localAddress} ${destination}`;
      const use = uses.get(key);
      if (use) use.rows.push(row);
      else uses.set(key, { source: row.localAddress, destination, rows: [row] });
    }
  }
  return [...uses.values()]
    .map((use) => withReuse(use, settings?.timeWaitReuse ?? null))
    .sort((a, b) => b.rows.length - a.rows.length || (a.source < b.source ? -1 : 1));
}

/** How many ports the range holds. */
export function rangeSize([first, last]: readonly [number, number]): number {
  return Math.max(0, last - first + 1);
}

function withReuse(
  use: Pick<PortUse, 'source' | 'destination' | 'rows'>,
  reuse: number | null,
): PortUse {
  const timeWaits = use.rows.filter((row) => row.tcpState === 'TIME-WAIT');
  const allowed = reuse === 1 || (reuse === 2 && isLoopback(use.source));
  const old = timeWaits.filter((row) => (timeWaitAge(row) ?? 0) > reuseAfter);
  return { ...use, timeWaits, reusable: allowed ? old.length : 0, isReuseAllowed: allowed };
}
