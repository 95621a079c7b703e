import type { SocketRow, TcpSettings } from '@farewell/core';
import { isLoopback } from './attribution.ts';
import { destinationOf } from './scope.ts';
import type { Service } from './services.ts';
import type { Tally } from './tally.ts';
import type { TimeWaits } from './time-waits.ts';

/** The ports that one source address has in use towards one destination. */
export interface PortUse {
  readonly source: string;
  readonly destination: string;
  /** How many ports, those in TIME-WAIT included. */
  readonly count: number;
  readonly lowest: number;
  readonly highest: number;
  readonly timeWaits: TimeWaits;
  /** TIME-WAITs that an outgoing connection may take over, because tcp_tw_reuse lets it. */
  readonly reusable: number;
  readonly isReuseAllowed: boolean;
}

/** Linux's default net.ipv4.ip_local_port_range: 28,232 ports. */
export const defaultPortRange = [32_768, 60_999] as const;

/**
 * Ports in use by a service of clients, the fullest (source, destination) first. A port is taken for one
 * source address, destination address and destination port; to another destination it is free.
 */
export function portUse(service: Service, settings: TcpSettings | null): readonly PortUse[] {
  return service.tallies
    .map((tally) => useOf(tally, settings?.timeWaitReuse ?? null))
    .sort((a, b) => b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** The sockets that use these ports, without those in TIME-WAIT. */
export function liveRowsOf(use: PortUse, service: Service): readonly SocketRow[] {
  return [...service.rows.values()]
    .flat()
    .filter((row) => row.localAddress === use.source && destinationOf(row) === use.destination);
}

/** How many ports the range holds. */
export function rangeSize([first, last]: readonly [number, number]): number {
  return Math.max(0, last - first + 1);
}

function useOf(tally: Tally, reuse: number | null): PortUse {
  const source = tally.example.localAddress;
  const isReuseAllowed = reuse === 1 || (reuse === 2 && isLoopback(source));
  return {
    source,
    destination: destinationOf(tally.example),
    count: tally.count,
    lowest: tally.lowestLocalPort,
    highest: tally.highestLocalPort,
    timeWaits: tally.timeWaits,
    reusable: isReuseAllowed ? tally.timeWaits.reusable : 0,
    isReuseAllowed,
  };
}

function nameOf({ source, destination }: PortUse): string {
  return `${source} ${destination}`;
}
