import type { SocketRow } from '@farewell/core';
import { destinationOf } from './scope.ts';
import type { Service } from './services.ts';
import type { SocketGroup } from './verdict.ts';
import { counted } from './words.ts';

/** How many peers are named before the others become one group. */
const mostGroups = 5;

/** The peers of these sockets, the most frequent first: addresses of clients, endpoints of servers. */
export function groupsOf(service: Service | null, rows: readonly SocketRow[]): SocketGroup[] {
  if (service?.destination && rows.length > 0) {
    return [{ peer: service.destination, count: rows.length }];
  }
  const byPeer = new Map<string, number>();
  const peerOf = service?.role === 'client' ? destinationOf : (row: SocketRow) => row.remoteAddress;
  for (const row of rows) {
    if (row.tcpState === 'LISTEN') continue;
    const peer = peerOf(row);
    byPeer.set(peer, (byPeer.get(peer) ?? 0) + 1);
  }
  const groups = [...byPeer]
    .map(([peer, count]) => ({ peer, count }))
    .sort((a, b) => b.count - a.count || (a.peer < b.peer ? -1 : 1));
  if (groups.length <= mostGroups + 1) return groups;
  const rest = groups.slice(mostGroups);
  const count = rest.reduce((sum, group) => sum + group.count, 0);
  const what = service?.role === 'client' ? 'destination' : 'address';
  const many = service?.role === 'client' ? 'destinations' : 'addresses';
  return [
    ...groups.slice(0, mostGroups),
    { peer: counted(rest.length, `other ${what}`, `other ${many}`), count },
  ];
}
