import type {
  FirstFin,
  LooseReset,
  ResetCount,
  Role,
  SeenCloses,
  SocketEnding,
  TracedGroup,
  TracedProcess,
  Unknown,
} from '@farewell/core';
import { DurationHistogram } from './duration-histogram.ts';
import { type TracedSocket, wasOwnAbort, wasResetByUs } from './traced-socket.ts';

/**
 * Sums up sockets by service or destination and process. Its size is bounded by the number of groups,
 * whatever passes: what finds no place any more is only counted.
 */
export class TraceGroups {
  ungrouped = 0;
  readonly #groups = new Map<string, Group>();
  readonly #looseResets = new Map<string, Mutable<LooseReset>>();

  /** A socket that is still there. */
  addOpen(socket: TracedSocket, role: Role | Unknown): void {
    const group = this.#groupOf(socket, role);
    if (group) countSeen(group, socket);
  }

  /** A socket that has ended, and how. */
  addEnded(socket: TracedSocket, role: Role | Unknown, ending: SocketEnding): void {
    const group = this.#groupOf(socket, role);
    if (!group) {
      this.ungrouped += 1;
      return;
    }
    countSeen(group, socket);
    group.ended += 1;
    group.endings[ending] += 1;
    group.firstFins[socket.firstFin] += 1;
    const { openedAt, closedAt, idleAge } = socket;
    if (closedAt !== null) {
      group.firstEndAt = Math.min(group.firstEndAt, closedAt);
      group.lastEndAt = Math.max(group.lastEndAt, closedAt);
    }
    if (openedAt !== null && closedAt !== null) group.lifetimes.add(closedAt - openedAt);
    if (idleAge !== null) group.idleAges.add(idleAge);
    if (socket.resetReceived && !wasOwnAbort(socket)) countReset(group, 'received', null);
    if (socket.lateReset !== null) countReset(group, 'sent', socket.lateReset);
    if (socket.resetSent && wasResetByUs(socket))
      countReset(group, 'sent', socket.resetSent.reason);
  }

  /** An RST without a socket. */
  addLooseReset(localPort: number, reason: string | null): void {
    const key = `${localPort} ${reason}`;
    const known = this.#looseResets.get(key);
    if (known) known.count += 1;
    else if (this.#looseResets.size < MAX_GROUPS) {
      this.#looseResets.set(key, { localPort, reason, count: 1 });
    }
  }

  /** Plain data; most ended sockets first. */
  list(): TracedGroup[] {
    return [...this.#groups.values()].map(plainGroup).sort((a, b) => b.ended - a.ended);
  }

  looseResets(): LooseReset[] {
    return [...this.#looseResets.values()].map((reset) => ({ ...reset }));
  }

  /** The same sums, to add to without changing these. */
  copy(): TraceGroups {
    const copy = new TraceGroups();
    copy.ungrouped = this.ungrouped;
    for (const [key, group] of this.#groups) copy.#groups.set(key, copyOf(group));
    for (const [key, reset] of this.#looseResets) copy.#looseResets.set(key, { ...reset });
    return copy;
  }

  #groupOf(socket: TracedSocket, role: Role | Unknown): Group | undefined {
    const process = socket.closer ?? socket.opener;
    const key = `${placeKey(socket, role)} ${process ? `${process.pid} ${process.name}` : ''}`;
    const known = this.#groups.get(key);
    if (known || this.#groups.size >= MAX_GROUPS) return known;
    const group = newGroup(socket, role, process);
    this.#groups.set(key, group);
    return group;
  }
}

const MAX_GROUPS = 1024;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Group {
  readonly role: Role | Unknown;
  readonly localPort: number | null;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  readonly process: TracedProcess | null;
  opened: number;
  ended: number;
  readonly endings: Record<SocketEnding, number>;
  readonly firstFins: Record<FirstFin, number>;
  readonly closes: Mutable<SeenCloses>;
  firstEndAt: number;
  lastEndAt: number;
  readonly lifetimes: DurationHistogram;
  readonly idleAges: DurationHistogram;
  readonly resets: Mutable<ResetCount>[];
  retransmits: number;
}

/** A server is known by its port, a client by its destination; an unknown end by neither. */
function placeKey(socket: TracedSocket, role: Role | Unknown): string {
  if (role === 'server') return `server ${socket.localPort}`;
  return role === 'client' ? `client ${socket.remoteAddress} ${socket.remotePort}` : role;
}

function newGroup(
  socket: TracedSocket,
  role: Role | Unknown,
  process: TracedProcess | null,
): Group {
  return {
    role,
    localPort: role === 'server' ? socket.localPort : null,
    remoteAddress: role === 'client' ? socket.remoteAddress : null,
    remotePort: role === 'client' ? socket.remotePort : null,
    process,
    opened: 0,
    ended: 0,
    endings: {
      'time-wait': 0,
      'orphan-fin-wait-2': 0,
      closed: 0,
      'reset-sent': 0,
      'reset-received': 0,
      'gave-up': 0,
      'never-opened': 0,
      unknown: 0,
    },
    firstFins: { local: 0, peer: 0, crossed: 0, none: 0, unknown: 0 },
    closes: { peerFirst: 0, localAfter: 0, localFirst: 0 },
    firstEndAt: Infinity,
    lastEndAt: -Infinity,
    lifetimes: new DurationHistogram(),
    idleAges: new DurationHistogram(),
    resets: [],
    retransmits: 0,
  };
}

/** What was seen of a socket while it lived, whether it has ended or not. */
function countSeen(group: Group, { established, closes, retransmits }: TracedSocket): void {
  if (established) group.opened += 1;
  group.closes.peerFirst += closes.peerFirst;
  group.closes.localAfter += closes.localAfter;
  group.closes.localFirst += closes.localFirst;
  group.retransmits += retransmits;
}

/** A handful of reasons at most: the kernel has 26. */
function countReset(group: Group, direction: ResetCount['direction'], reason: string | null): void {
  const known = group.resets.find(
    (reset) => reset.direction === direction && reset.reason === reason,
  );
  if (known) known.count += 1;
  else group.resets.push({ direction, reason, count: 1 });
}

function copyOf(group: Group): Group {
  return {
    ...group,
    endings: { ...group.endings },
    firstFins: { ...group.firstFins },
    closes: { ...group.closes },
    lifetimes: group.lifetimes.copy(),
    idleAges: group.idleAges.copy(),
    resets: group.resets.map((reset) => ({ ...reset })),
  };
}

function plainGroup({ firstEndAt, lastEndAt, ...group }: Group): TracedGroup {
  return {
    ...group,
    endings: { ...group.endings },
    firstFins: { ...group.firstFins },
    closes: { ...group.closes },
    endedOver: Math.max(0, lastEndAt - firstEndAt),
    lifetimes: group.lifetimes.buckets(),
    idleAges: group.idleAges.buckets(),
    resets: group.resets.map((reset) => ({ ...reset })),
  };
}
