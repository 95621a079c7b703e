import type { Evidence, Missing, SocketState } from '@farewell/core';
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
  /** Problems first. */
  readonly verdicts: readonly Verdict[];
}

/** The whole of the diagnosis: pure, no clock. */
export type Diagnose = (evidence: Evidence, target: Target) => Report;
