import type { Evidence, Role, SocketState, SocketTable, Unknown } from '@farewell/core';
import { attributionIn } from './attribution.ts';
import { listenersOf } from './listeners.ts';
import { LocalPairs } from './local-pairs.ts';
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
  const localPairs = new LocalPairs();
  // A function of its own is compiled sooner than a loop, and makes no object for each step meanwhile.
  table.rows.forEach((row) => {
    if (!inScope(row)) return;
    const attribution = attribute(row);
    services.add(row, attribution);
    localPairs.add(row, attribution.role);
  });
  const list = services.list();
  return {
    table,
    services: list,
    byKey: new Map(list.map((service) => [service.key, service])),
    counts: countsOf(list),
    bothEndsLocal: localPairs.any(),
  };
}

/** Sockets by state and by the end they are, which is their service's. */
function countsOf(services: readonly Service[]): ReadonlyMap<SocketState, RoleCount> {
  const counts = new Map<SocketState, RoleCount>();
  const add = (tcpState: SocketState, role: Role | Unknown, count: number): void => {
    const roles = counts.get(tcpState) ?? { client: 0, server: 0, unknown: 0 };
    roles[role] += count;
    counts.set(tcpState, roles);
  };
  for (const { role, rows, timeWaits } of services) {
    for (const [tcpState, those] of rows) add(tcpState, role, those.length);
    if (timeWaits.count > 0) add('TIME-WAIT', role, timeWaits.count);
  }
  return counts;
}
