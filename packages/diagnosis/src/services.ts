import type { Role, SocketRow, SocketState, Unknown } from '@farewell/core';
import type { Attribution } from './attribution.ts';
import { endpoint } from './scope.ts';
import { Tally } from './tally.ts';
import { TimeWaits } from './time-waits.ts';
import type { Confidence } from './verdict.ts';

/** Sockets that belong together: those of a listening port, or those that go to one destination. */
export interface Service {
  /** The same in two snapshots: `server 8080`, `client 10.0.0.7:443`, `unknown`. */
  readonly key: string;
  readonly role: Role | Unknown;
  /** The listener's port, or the destination's; null: several. */
  readonly port: number | null;
  /** `10.0.0.7:443`; null for servers, and for many destinations in one. */
  readonly destination: string | null;
  /** How sure the role is: the weakest attribution among its sockets. */
  readonly confidence: Confidence;
  readonly count: number;
  /** Its sockets by state, without TIME-WAIT. */
  readonly rows: ReadonlyMap<SocketState, readonly SocketRow[]>;
  readonly timeWaits: TimeWaits;
  /** Its connections in every state, listeners left out. */
  readonly tallies: readonly Tally[];
}

/** How many services and destinations get verdicts of their own; the others share one. */
const mostServers = 100;
const mostDestinations = 20;

interface Draft {
  key: string;
  role: Role | Unknown;
  port: number | null;
  destination: string | null;
  confidence: Confidence;
  count: number;
  rows: Map<SocketState, SocketRow[]>;
  timeWaits: TimeWaits;
  tallies: Tally[];
  /** The tallies by the address that varies: a client's own, else the peer's. */
  byAddress: Map<string, Tally>;
}

/** Collects rows one by one, so that a table is passed once. */
export class Services {
  readonly #servers = new Map<number, Draft>();
  /** Port, then address: no string is put together for each row. */
  readonly #destinations = new Map<number, Map<string, Draft>>();
  #unknown: Draft | null = null;

  add(row: SocketRow, attribution: Attribution): void {
    const draft = this.#draftFor(row, attribution.role);
    draft.count += 1;
    if (draft.confidence === 'certain') draft.confidence = attribution.confidence;
    if (row.tcpState !== 'LISTEN') tallyFor(draft, row).add(row);
    if (row.tcpState === 'TIME-WAIT') return;
    const rows = draft.rows.get(row.tcpState);
    if (rows) rows.push(row);
    else draft.rows.set(row.tcpState, [row]);
  }

  /** The largest first; beyond the limits the small ones are one. */
  list(): readonly Service[] {
    const destinations = [...this.#destinations.values()].flatMap((each) => [...each.values()]);
    const listed = [
      ...largest([...this.#servers.values()], mostServers),
      ...largest(destinations, mostDestinations),
      ...(this.#unknown ? [withCommonPort(this.#unknown)] : []),
    ];
    for (const { tallies, timeWaits } of listed)
      for (const tally of tallies) timeWaits.addAll(tally.timeWaits);
    return listed;
  }

  #draftFor(row: SocketRow, role: Role | Unknown): Draft {
    switch (role) {
      case 'server':
        return this.#server(row.localPort);
      case 'client':
        return this.#destination(row.remoteAddress, row.remotePort);
      case 'unknown':
        return (this.#unknown ??= draft({ key: 'unknown', role, port: null, destination: null }));
    }
  }

  #server(port: number): Draft {
    let server = this.#servers.get(port);
    if (!server) {
      server = draft({ key: `server ${port}`, role: 'server', port, destination: null });
      this.#servers.set(port, server);
    }
    return server;
  }

  #destination(address: string, port: number): Draft {
    let addresses = this.#destinations.get(port);
    if (!addresses) this.#destinations.set(port, (addresses = new Map<string, Draft>()));
    let found = addresses.get(address);
    if (!found) {
      const destination = endpoint(address, port);
      found = draft({ key: `client ${destination}`, role: 'client', port, destination });
      addresses.set(address, found);
    }
    return found;
  }
}

/** The rows of a service in one of these states. Of TIME-WAITs there are none: see `timeWaits`. */
export function rowsIn(
  service: Service,
  ...states: readonly Exclude<SocketState, 'TIME-WAIT'>[]
): readonly SocketRow[] {
  if (states.length === 1) return service.rows.get(states[0] ?? 'CLOSED') ?? none;
  return states.flatMap((tcpState) => service.rows.get(tcpState) ?? none);
}

const none: readonly SocketRow[] = [];

function draft(identity: Pick<Draft, 'key' | 'role' | 'port' | 'destination'>): Draft {
  return {
    ...identity,
    confidence: 'certain',
    count: 0,
    rows: new Map(),
    timeWaits: new TimeWaits(),
    tallies: [],
    byAddress: new Map(),
  };
}

function tallyFor(draft: Draft, row: SocketRow): Tally {
  const address = draft.role === 'client' ? row.localAddress : row.remoteAddress;
  const known = draft.byAddress.get(address);
  if (known) return known;
  const tally = new Tally(row);
  draft.byAddress.set(address, tally);
  draft.tallies.push(tally);
  return tally;
}

function largest(drafts: Draft[], most: number): readonly Draft[] {
  const sorted = drafts.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
  if (sorted.length <= most) return sorted;
  return [...sorted.slice(0, most), merged(sorted.slice(most))];
}

function merged(drafts: readonly Draft[]): Draft {
  const role = drafts[0]?.role ?? 'unknown';
  const all = draft({ key: `${role} (others)`, role, port: null, destination: null });
  const ports = new Set(drafts.map((each) => each.port));
  if (ports.size === 1) all.port = drafts[0]?.port ?? null;
  for (const each of drafts) {
    all.count += each.count;
    if (each.confidence !== 'certain') all.confidence = each.confidence;
    for (const tally of each.tallies) all.tallies.push(tally);
    for (const [tcpState, rows] of each.rows) {
      const together = all.rows.get(tcpState) ?? [];
      all.rows.set(tcpState, together);
      for (const row of rows) together.push(row);
    }
  }
  return all;
}

/** Sockets of unknown role have a port in common if it is the same local or the same remote one. */
function withCommonPort(unknown: Draft): Draft {
  const [first] = unknown.tallies;
  const local = first?.lowestLocalPort ?? null;
  const remote = first?.lowestRemotePort ?? null;
  const isLocal = unknown.tallies.every(
    (each) => each.lowestLocalPort === local && each.highestLocalPort === local,
  );
  if (isLocal) return { ...unknown, port: local };
  const isRemote = unknown.tallies.every(
    (each) => each.lowestRemotePort === remote && each.highestRemotePort === remote,
  );
  return isRemote ? { ...unknown, port: remote } : unknown;
}
