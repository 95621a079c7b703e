import type { Evidence, Role, SocketRow, SocketState, SocketTable, Unknown } from '@farewell/core';
import { attributionIn, isLocalPair } from './attribution.ts';
import { listenersOf } from './listeners.ts';
import { ownership } from './owners.ts';
import type { Target } from './report.ts';
import { scopeOf } from './scope.ts';
import { type Service, Services } from './services.ts';

/** One table, seen through a target: each row looked at once. */
export interface Survey {
  readonly table: SocketTable;
  readonly services: readonly Service[];
  readonly byKey: ReadonlyMap<string, Service>;
  readonly counts: ReadonlyMap<SocketState, RoleCount>;
  readonly bothEndsLocal: boolean;
}

export type RoleCount = Record<Role | Unknown, number>;

export function surveyOf(table: SocketTable, evidence: Evidence, target: Target): Survey {
  const listeners = listenersOf(table.rows);
  const attribute = attributionIn(table.rows, listeners, evidence.settings?.portRange ?? null);
  const inScope = scopeOf(target, {
    rows: table.rows,
    listeners,
    attribute,
    ownership: ownership(evidence.owners),
    owners: evidence.owners,
  });
  const services = new Services();
  const counts = new Map<SocketState, RoleCount>();
  const localClients: SocketRow[] = [];
  const localServers: SocketRow[] = [];
  for (const row of table.rows) {
    if (!inScope(row)) continue;
    const attribution = attribute(row);
    services.add(row, attribution);
    count(counts, row.tcpState, attribution.role);
    if (row.tcpState === 'LISTEN' || !isLocalPair(row)) continue;
    (attribution.role === 'client' ? localClients : localServers).push(row);
  }
  const list = services.list();
  return {
    table,
    services: list,
    byKey: new Map(list.map((service) => [service.key, service])),
    counts,
    bothEndsLocal: anyPair(localClients, localServers),
  };
}

function count(
  counts: Map<SocketState, RoleCount>,
  tcpState: SocketState,
  role: Role | Unknown,
): void {
  let roles = counts.get(tcpState);
  if (!roles) counts.set(tcpState, (roles = { client: 0, server: 0, unknown: 0 }));
  roles[role] += 1;
}

/** True if one connection has a row in both lists. Ports as one number: no string for each row. */
function anyPair(clients: readonly SocketRow[], others: readonly SocketRow[]): boolean {
  if (clients.length === 0 || others.length === 0) return false;
  const byPorts = new Map(clients.map((row) => [row.localPort * 65_536 + row.remotePort, row]));
  return others.some((row) => {
    const mirror = byPorts.get(row.remotePort * 65_536 + row.localPort);
    return mirror?.localAddress === row.remoteAddress && mirror.remoteAddress === row.localAddress;
  });
}
