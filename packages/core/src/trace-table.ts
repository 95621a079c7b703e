import type { Role, Unknown } from './tcp-state.ts';

/**
 * What a trace of a host's TCP sockets adds up to: plain data, filled in by a reader, read by the
 * diagnosis. Each socket is one end of a connection; of a connection within the host both ends count.
 */

/**
 * Whose FIN was first, as this end's kernel saw it. `crossed`: both sent FIN before they had the other's
 * (CLOSING). `none`: the end died without one. `unknown`: it happened before the trace began or in a gap.
 */
export type FirstFin = 'local' | 'peer' | 'crossed' | 'none' | Unknown;

/**
 * How one end's socket came to its end.
 * - `time-wait`: it left a TIME-WAIT behind
 * - `orphan-fin-wait-2`: it left an orphan that waits for the peer's FIN, for tcp_fin_timeout
 * - `closed`: the peer's FIN was first and ours was acknowledged (LAST-ACK to CLOSED)
 * - `reset-sent`, `reset-received`: by RST
 * - `gave-up`: nothing answered the retransmissions or probes any more
 * - `never-opened`: it died before it was ESTABLISHED
 * - `unknown`: FIN-WAIT-2 to CLOSED fits the first two, and no row of a socket table decided; or a gap
 */
export type SocketEnding =
  | 'time-wait'
  | 'orphan-fin-wait-2'
  | 'closed'
  | 'reset-sent'
  | 'reset-received'
  | 'gave-up'
  | 'never-opened'
  | Unknown;

/** A process as the trace names it: its name is kept also if it has ended. */
export interface TracedProcess {
  readonly pid: number;
  /** The command's name (`comm`). */
  readonly name: string;
}

/** One bucket of a histogram: `count` values from `from` (included) up to `to`, ms. */
export interface DurationBucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * Resets of one direction and reason. `sent` by the local end, `TCP_TIMEWAIT_SOCKET` by what was left of it
 * after its end.
 */
export interface ResetCount {
  readonly direction: 'sent' | 'received';
  /** The kernel's own word, `TCP_ABORT_ON_CLOSE` say; null where it gives none (before 6.10, received). */
  readonly reason: string | null;
  readonly count: number;
}

/** Closes that were seen as they happened, of sockets that have ended and of those that are still there. */
export interface SeenCloses {
  /** The peer's FIN came before ours. */
  readonly peerFirst: number;
  /** The local application closed after the peer's FIN. */
  readonly localAfter: number;
  /** The local application closed before the peer's FIN came. */
  readonly localFirst: number;
}

/**
 * Sockets of one service, destination and process that ended while they were watched, or are still there.
 * A `server` end is grouped by its local port, a `client` end by where it connected to.
 */
export interface TracedGroup {
  readonly role: Role | Unknown;
  readonly localPort: number | null;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  /** The local application: whoever opened (client) or closed the sockets. null: the trace did not see. */
  readonly process: TracedProcess | null;
  /** Sockets that reached ESTABLISHED while watched. */
  readonly opened: number;
  /** Sockets that ended while watched: the sum of `endings`, and of `firstFins`. */
  readonly ended: number;
  readonly endings: Readonly<Record<SocketEnding, number>>;
  readonly firstFins: Readonly<Record<FirstFin, number>>;
  readonly closes: SeenCloses;
  /** ms between the first and the last end; 0 with fewer than two. */
  readonly endedOver: number;
  /** ms from SYN to the end, of the sockets whose opening was seen. Buckets with a count, ascending. */
  readonly lifetimes: readonly DurationBucket[];
  /** ms since data last moved in either direction, at the end. Only of sockets whose last tcp_info is known. */
  readonly idleAges: readonly DurationBucket[];
  readonly resets: readonly ResetCount[];
  /** Segments sent again, FINs included. */
  readonly retransmits: number;
}

/**
 * RSTs that no socket known to the trace stands behind, of all network namespaces: for a port without a listener
 * (`NO_SOCKET`), or for data after the close (`TCP_TIMEWAIT_SOCKET`: TIME-WAIT, or an orphaned FIN-WAIT-2).
 */
export interface LooseReset {
  readonly localPort: number;
  readonly reason: string | null;
  readonly count: number;
}

/** What a trace saw, summed up. */
export interface TraceTable {
  /**
   * `destroy-events`: without privilege only the deaths were seen (sock_diag's multicast), and sockets in
   * repeated snapshots. Then nothing says who closed, sent RST or sent again, and lifetimes are upper bounds.
   * Absent: `kernel-trace`.
   */
  readonly source?: 'kernel-trace' | 'destroy-events';
  /** Unix time in ms of the first and the last moment watched. */
  readonly from: number;
  readonly to: number;
  /** Most ended sockets first. */
  readonly groups: readonly TracedGroup[];
  /** Sockets that ended in groups beyond the limit of groups kept. */
  readonly ungrouped: number;
  /** Sockets of the machine that no table of the target's namespace confirmed: not counted above. */
  readonly unconfirmed: number;
  /** Sockets that were not followed because too many were open at once. */
  readonly untracked: number;
  readonly looseResets: readonly LooseReset[];
  /** Events that the kernel overwrote unread; null: some, it does not say how many. */
  readonly lostEvents: number | null;
  /** Kinds of events that this kernel does not have, `receive-reset` say. */
  readonly missingEvents: readonly string[];
}
