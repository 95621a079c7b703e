import type { Role, SocketState, TableSource, TcpState, TraceTable, Unknown } from '@farewell/core';
import type { Verdict } from '@farewell/diagnosis';
import type { LabEvent } from './diagram/event.ts';
import type { Expectation, Need, NoCounterpart } from './scenario.ts';

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

/** What was acted out, and what came of it. Plain data: it crosses a process border. */
export interface Played {
  readonly given: {
    readonly client: PeerInfo;
    readonly middlebox: PeerInfo | null;
    readonly server: PeerInfo;
  };
  readonly agrees: boolean;
  /** What was expected and what came; empty if it agrees. */
  readonly disagreements: readonly string[];
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

/** What a scenario came to. */
export interface ScenarioResult extends Played {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly expected: Expectation;
  /** The same with farewell. */
  readonly managed: ManagedResult | NoCounterpart;
}

/** What is left of the same fault with farewell. It agrees if nothing is left but what may be, all of it healthy. */
export interface ManagedResult extends Played {
  readonly at: Role | 'both';
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
