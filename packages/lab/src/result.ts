import type { SocketState, TableSource, TcpState, TraceTable, Unknown } from '@farewell/core';
import type { Verdict } from '@farewell/diagnosis';
import type { LabEvent } from './diagram/event.ts';
import type { Expectation, Need } from './scenario.ts';

/** How many sockets of one end are in which state, by the kernel's table. Gone sockets are not in it. */
export type StateCounts = Readonly<Partial<Record<SocketState, number>>>;

/** `why`: what the kernel or this machine said. */
export type TraceUse = { readonly read: true } | { readonly read: false; readonly why: string };

/** What the kernel's table said at the end. */
export interface KernelView {
  /** `uname -r`. */
  readonly release: string;
  readonly source: TableSource;
  /** True if the scenario had a network namespace of its own. */
  readonly isolated: boolean;
  /** Whether a kernel trace was read as well; if not, why. */
  readonly trace: TraceUse;
  readonly serverPort: number;
  /** Where the client connects to: a middlebox's port if there is one, else the server's. */
  readonly frontPort: number;
  /** How many the client opened. */
  readonly connections: number;
  /** How many pairs of ports these had: a port can be used again. */
  readonly portPairs: number;
  readonly client: StateCounts;
  readonly server: StateCounts;
}

/** What a scenario came to. Plain data: it crosses a process border. */
export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly given: {
    readonly client: PeerInfo;
    readonly middlebox: PeerInfo | null;
    readonly server: PeerInfo;
  };
  readonly agrees: boolean;
  /** What was expected and what came; empty if it agrees. */
  readonly disagreements: readonly string[];
  readonly expected: Expectation;
  /** Of all connections; `unknown` if they are not all in the same state. CLOSED: the sockets are gone. */
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
  /** With the kernel trace, if one was read. */
  readonly verdicts: readonly Verdict[];
  /** What the socket table and the counters alone give. */
  readonly untraced: readonly Verdict[];
  /** What the kernel trace added up to; null without one. */
  readonly trace: TraceTable | null;
  readonly kernel: KernelView;
  /** Of all connections, oldest first. */
  readonly events: readonly LabEvent[];
  /** From the start of the stage to the verdict, ms. */
  readonly duration: number;
}

export interface PeerInfo {
  readonly name: string;
  readonly is: string;
  readonly pid: number;
}

/** A scenario that could not be made here, and why. */
export interface Skipped {
  readonly name: string;
  readonly needs: Need;
  readonly reason: string;
}
