import type { SocketRow } from '@farewell/core';
import { destinationOf } from './scope.ts';
import type { Service } from './services.ts';
import type { SocketGroup } from './verdict.ts';
import { counted } from './words.ts';

/** How many peers are named before the others become one group. */
const mostGroups = 5;

/**
 * The peers of these sockets, and of others that are `counted`, the most frequent first: addresses of
 * clients, endpoints of servers.
 */
export function groupsOf(
  service: Service | null,
  rows: readonly SocketRow[],
  counted: readonly SocketGroup[] = [],
): SocketGroup[] {
  const total = rows.length + sumOf(counted);
  if (service?.destination && total > 0) return [{ peer: service.destination, count: total }];
  const byPeer = new Map<string, number>();
  const add = (peer: string, count: number): void => {
    byPeer.set(peer, (byPeer.get(peer) ?? 0) + count);
  };
  for (const { peer, count } of counted) add(peer, count);
  for (const row of rows) if (row.tcpState !== 'LISTEN') add(peerOf(service, row), 1);
  return theMostFrequent(byPeer, service);
}

/** The peers of a service's TIME-WAITs. */
export function timeWaitPeers(service: Service): readonly SocketGroup[] {
  return service.tallies.flatMap(({ example, timeWaits }) =>
    timeWaits.count > 0 ? [{ peer: peerOf(service, example), count: timeWaits.count }] : [],
  );
}

/** How many sockets are in these groups. */
export function sumOf(groups: readonly SocketGroup[]): number {
  return groups.reduce((sum, group) => sum + group.count, 0);
}

function peerOf(service: Service | null, row: SocketRow): string {
  return service?.role === 'client' ? destinationOf(row) : row.remoteAddress;
}

function theMostFrequent(byPeer: Map<string, number>, service: Service | null): SocketGroup[] {
  const groups = [...byPeer]
    .map(([peer, count]) => ({ peer, count }))
    .sort((a, b) => b.count - a.count || (a.peer < b.peer ? -1 : 1));
  if (groups.length <= mostGroups + 1) return groups;
  const rest = groups.slice(mostGroups);
  const what = service?.role === 'client' ? 'destination' : 'address';
  const many = service?.role === 'client' ? 'destinations' : 'addresses';
  return [
    ...groups.slice(0, mostGroups),
    { peer: counted(rest.length, `other ${what}`, `other ${many}`), count: sumOf(rest) },
  ];
}
