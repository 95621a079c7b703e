import type {
  Evidence,
  FirstFin,
  Missing,
  PacketTable,
  ResetCount,
  SeenCloses,
  SocketEnding,
  SocketState,
  TracedProcess,
} from '@farewell/core';
import type { ProcessRef, Verdict } from './verdict.ts';

/** What the user asked about. `namespace`: everything, grouped by service. */
export type Target =
  | { readonly kind: 'namespace' }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'endpoint'; readonly address: string; readonly port: number }
  | { readonly kind: 'pid'; readonly pid: number }
  | { readonly kind: 'name'; readonly name: string };

/**
 * Sockets of one tcpState inside the target. `client`, `server` and `unknown` say which end of the
 * connection these sockets are, and add up to `count`.
 */
export interface StateCount {
  readonly count: number;
  readonly client: number;
  readonly server: number;
  readonly unknown: number;
  /** Change per second over the time watched; null with one snapshot. */
  readonly ratePerSecond: number | null;
}

/** What happened to the sockets of one service of the target while they were watched. */
export interface TracedService {
  readonly role: 'server' | 'client';
  readonly port: number;
  /** `address:port` for connections that go out. */
  readonly destination: string | null;
  readonly processes: readonly TracedProcess[];
  readonly opened: number;
  readonly ended: number;
  readonly endings: Readonly<Record<SocketEnding, number>>;
  readonly firstFins: Readonly<Record<FirstFin, number>>;
  readonly closes: SeenCloses;
  readonly resets: readonly ResetCount[];
  readonly retransmits: number;
  /** Half of those that were opened and ended while watched lived no longer than this, ms. */
  readonly medianLifetime: number | null;
  /** The same in one sentence. */
  readonly text: string;
}

/** What was recorded between the snapshots. */
export interface Traced {
  readonly source: 'kernel-trace' | 'destroy-events';
  /** Unix time in ms. */
  readonly from: number;
  readonly to: number;
  /** Events that were overwritten before they were read; null: some. */
  readonly lostEvents: number | null;
  /** Sockets that no table of the namespace confirmed: not counted. */
  readonly unconfirmed: number;
  /** Most ended sockets first. */
  readonly services: readonly TracedService[];
}

/** What packets that were captured meanwhile tell of the target. */
export interface PacketsSeen
  extends Pick<PacketTable, 'source' | 'from' | 'to' | 'packets' | 'lost' | 'spoken'> {
  /** Sockets of live connections of which no payload came: what they speak is not known. */
  readonly silentSockets: number;
}

export interface Report {
  readonly target: Target;
  /** Processes inside the target. */
  readonly processes: readonly ProcessRef[];
  /** Unix ms of the last snapshot; null if unknown. */
  readonly observedAt: number | null;
  /** Time between the first and the last snapshot, ms; 0 with one. */
  readonly duration: number;
  /** "socket table (sock_diag)", "counters", ... */
  readonly sources: readonly string[];
  /** What could not be seen, and what would show it. */
  readonly missing: readonly Missing[];
  /** Always holds the eleven states, absent ones with count 0. */
  readonly tcpStates: Readonly<Record<SocketState, StateCount>>;
  /** True if both ends of some connections are on this machine and were both counted. */
  readonly bothEndsLocal: boolean;
  /** What happened while we watched; null: nothing was recorded. */
  readonly traced: Traced | null;
  /** null: no packets were captured. */
  readonly packets: PacketsSeen | null;
  /** Problems first. */
  readonly verdicts: readonly Verdict[];
}

/** The whole of the diagnosis: pure, no clock. */
export type Diagnose = (evidence: Evidence, target: Target) => Report;
