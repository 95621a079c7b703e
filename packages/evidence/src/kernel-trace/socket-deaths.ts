import type {
  Role,
  SocketRow,
  SocketTable,
  TracedGroup,
  TraceTable,
  Unknown,
} from '@farewell/core';
import { DurationHistogram } from './duration-histogram.ts';

/**
 * What an ordinary user can know of a time watched: the deaths of sockets with their last tcp_info, and
 * when a socket was first in a table. Sums it up as a trace does, with `unknown` where only a trace tells.
 * Bounded by the number of groups and by the sockets of one table.
 */
export class SocketDeaths {
  readonly #from: number;
  readonly #groups = new Map<string, Group>();
  /** Those of the first table: how long they have lived is not known. */
  readonly #older: ReadonlySet<string>;
  /** When a later one was last known not to be there, Unix ms. */
  readonly #bornAfter = new Map<string, number>();
  #listening: ReadonlySet<number>;
  #lastLookAt: number;
  #lost = false;
  #ungrouped = 0;

  /** `at`: Unix time in ms of the table. */
  constructor(table: SocketTable, at: number) {
    this.#from = at;
    this.#lastLookAt = at;
    this.#older = new Set(table.rows.map(identity));
    this.#listening = listeners(table);
  }

  /** Another look at the same namespace. */
  look(table: SocketTable, at: number): void {
    this.#listening = listeners(table);
    for (const row of table.rows) {
      const id = identity(row);
      if (!isFull(row) || this.#older.has(id) || this.#bornAfter.has(id)) continue;
      this.#bornAfter.set(id, this.#lastLookAt);
      if (row.tcpState === 'SYN-SENT') continue;
      const group = this.#groupOf(row);
      if (group) group.opened += 1;
    }
    this.#lastLookAt = at;
  }

  /** Rows of the destroy multicast. `lost`: messages before them were. */
  push(rows: readonly SocketRow[], at: number, lost: boolean): void {
    this.#lost ||= lost;
    for (const row of rows) this.#pushRow(row, at);
  }

  /** The sums up to `now`, Unix ms. */
  table(now: number): TraceTable {
    const groups = [...this.#groups.values()].map(plainGroup);
    return {
      source: 'destroy-events',
      from: this.#from,
      to: now,
      groups: groups.sort((a, b) => b.ended - a.ended),
      ungrouped: this.#ungrouped,
      unconfirmed: 0,
      untracked: 0,
      looseResets: [],
      lostEvents: this.#lost ? null : 0,
      missingEvents: ['tcp-state', 'send-reset', 'receive-reset', 'retransmit'],
    };
  }

  #pushRow(row: SocketRow, at: number): void {
    const group = this.#groupOf(row);
    if (!group) {
      this.#ungrouped += 1;
      return;
    }
    const id = identity(row);
    const bornAfter = this.#bornAfter.get(id);
    this.#bornAfter.delete(id);
    group.ended += 1;
    group.firstEndAt = Math.min(group.firstEndAt, at);
    group.lastEndAt = Math.max(group.lastEndAt, at);
    if (neverOpened(row, group.role)) group.neverOpened += 1;
    else this.#pushLife(group, row, { bornAfter, at });
  }

  #pushLife(
    group: Group,
    row: SocketRow,
    { bornAfter, at }: { readonly bornAfter: number | undefined; readonly at: number },
  ): void {
    if (bornAfter !== undefined) group.lifetimes.add(at - bornAfter);
    else if (!this.#older.has(identity(row))) {
      group.opened += 1;
      group.lifetimes.add(at - this.#lastLookAt); // in none of the tables
    }
    const { lastDataSent, lastDataReceived } = row.tcpInfo ?? {};
    if (lastDataSent != null && lastDataReceived != null)
      group.idleAges.add(Math.min(lastDataSent, lastDataReceived));
  }

  #groupOf(row: SocketRow): Group | undefined {
    const role = this.#roleOf(row);
    const place = role === 'server' ? row.localPort : `${row.remoteAddress} ${row.remotePort}`;
    const key = role === 'unknown' ? role : `${role} ${place}`;
    const known = this.#groups.get(key);
    if (known || this.#groups.size >= MAX_GROUPS) return known;
    const group = newGroup(row, role);
    this.#groups.set(key, group);
    return group;
  }

  /** A server if its port has a listener. A client that was disconnected by an RST has no destination. */
  #roleOf({ localPort, remotePort }: SocketRow): Role | Unknown {
    if (this.#listening.has(localPort)) return 'server';
    return remotePort === 0 ? 'unknown' : 'client';
  }
}

const MAX_GROUPS = 1024;

interface Group {
  readonly role: Role | Unknown;
  readonly localPort: number | null;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  opened: number;
  ended: number;
  neverOpened: number;
  firstEndAt: number;
  lastEndAt: number;
  readonly lifetimes: DurationHistogram;
  readonly idleAges: DurationHistogram;
}

function newGroup(row: SocketRow, role: Role | Unknown): Group {
  return {
    role,
    localPort: role === 'server' ? row.localPort : null,
    remoteAddress: role === 'client' ? row.remoteAddress : null,
    remotePort: role === 'client' ? row.remotePort : null,
    opened: 0,
    ended: 0,
    neverOpened: 0,
    firstEndAt: Infinity,
    lastEndAt: -Infinity,
    lifetimes: new DurationHistogram(),
    idleAges: new DurationHistogram(),
  };
}

function plainGroup(group: Group): TracedGroup {
  const { firstEndAt, lastEndAt, neverOpened, lifetimes, idleAges, ...rest } = group;
  return {
    ...rest,
    process: null,
    endings: {
      'time-wait': 0,
      'orphan-fin-wait-2': 0,
      closed: 0,
      'reset-sent': 0,
      'reset-received': 0,
      'gave-up': 0,
      'never-opened': neverOpened,
      unknown: rest.ended - neverOpened,
    },
    firstFins: {
      local: 0,
      peer: 0,
      crossed: 0,
      none: neverOpened,
      unknown: rest.ended - neverOpened,
    },
    closes: { peerFirst: 0, localAfter: 0, localFirst: 0 },
    endedOver: Math.max(0, lastEndAt - firstEndAt),
    lifetimes: lifetimes.buckets(),
    idleAges: idleAges.buckets(),
    resets: [],
    retransmits: 0, // tcp_info counts from the opening on, not while we watched
  };
}

/** Its SYN was never acknowledged: of a client that was connected, that counts as a byte. */
function neverOpened({ remotePort, tcpInfo }: SocketRow, role: Role | Unknown): boolean {
  if (role !== 'client' || remotePort === 0) return false;
  return tcpInfo?.bytesAcked === 0 && tcpInfo.bytesReceived === 0;
}

function identity(row: SocketRow): string {
  const { cookie, localAddress, localPort, remoteAddress, remotePort } = row;
  return cookie ?? `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

function isFull({ tcpState }: SocketRow): boolean {
  return tcpState !== 'TIME-WAIT' && tcpState !== 'LISTEN' && tcpState !== 'SYN-RECEIVED';
}

function listeners({ rows }: SocketTable): ReadonlySet<number> {
  return new Set(rows.flatMap((row) => (row.tcpState === 'LISTEN' ? [row.localPort] : [])));
}
