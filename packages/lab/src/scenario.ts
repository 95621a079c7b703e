import type { TcpState, Unknown } from '@farewell/core';
import type { VerdictId } from '@farewell/diagnosis';
import type { Commands, PeerProgram } from './peers/program.ts';
import type { Stage } from './stage/stage.ts';

/** What a scenario cannot do without: a network namespace of its own, where it may change the rules; programs. */
export type Need = 'namespace' | 'nginx' | 'tc';

/** `slow`: it waits for a kernel's or a rule's minute, so it runs when it is named, or all are. */
export type Pace = 'fast' | 'slow';

/** The two ends, each a program that runs in a process of its own, and the sysctls they live under. */
export interface Given<
  Client extends Commands,
  Server extends Commands,
  Middlebox extends Commands,
> {
  readonly client: PeerProgram<Client>;
  readonly server: PeerProgram<Server>;
  /** Between the two, if there is one: it ends the client's connection and has its own to the server. */
  readonly middlebox?: PeerProgram<Middlebox>;
  /** Written before the peers start: `net.ipv4.ip_local_port_range` -> `40000 40009`. Needs a namespace. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What the kernel's table and the diagnosis must say at the end. */
export interface Expectation {
  /** Of all sockets of that end. CLOSED: they are gone; `unknown`: they are not all in one state. */
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
  /** What the socket table and the counters alone give: all of them and no other, whatever their order. */
  readonly verdicts: readonly VerdictId[];
  /** What the kernel trace gives on top; left out, it gives the same. */
  readonly traced?: readonly VerdictId[];
  /** What the kernel trace may give on top: it depends on how fast this machine was just then. */
  readonly perhaps?: readonly VerdictId[];
}

/** One stuck socket, made for real. The same file feeds the test, the demonstration and the docs. */
export interface Scenario<
  Client extends Commands = Commands,
  Server extends Commands = Commands,
  Middlebox extends Commands = Commands,
> {
  /** kebab-case; what `farewell lab NAME` takes. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what goes wrong, and what comes of it. */
  readonly about: string;
  readonly needs: readonly Need[];
  readonly pace?: Pace;
  readonly given: Given<Client, Server, Middlebox>;
  /** Makes it go wrong. Waits for what the kernel's table says, never for time. */
  when(stage: Stage<Client, Server, Middlebox>): Promise<void>;
  readonly then: Expectation;
}

/** Names the peers' commands for `when`, then forgets them, so that all scenarios fit in one list. */
export function scenario<
  Client extends Commands,
  Server extends Commands,
  Middlebox extends Commands = Commands,
>(definition: Scenario<Client, Server, Middlebox>): Scenario {
  return definition;
}
