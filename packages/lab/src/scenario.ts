import type { Role, TcpState, Unknown } from '@farewell/core';
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

/** What is acted out on a stage: the two ends, what goes wrong, what the kernel's table then has to say. */
export interface Play<
  Client extends Commands = Commands,
  Server extends Commands = Commands,
  Middlebox extends Commands = Commands,
> {
  readonly given: Given<Client, Server, Middlebox>;
  /** Makes it go wrong. Waits for what the kernel's table says, never for time. */
  when(stage: Stage<Client, Server, Middlebox>): Promise<void>;
}

/** What is left in the kernel's table where farewell is at one end, or at both. */
export interface Aftermath {
  /** States that sockets of that end may be in. Left out: TIME-WAIT, or no socket any more. */
  readonly client?: readonly TcpState[];
  readonly server?: readonly TcpState[];
}

/**
 * The same peer and the same fault, with farewell where it can do something about it. Whatever it leaves, no
 * verdict is a problem or a risk.
 */
export interface Counterpart<
  Client extends Commands = Commands,
  Server extends Commands = Commands,
  Middlebox extends Commands = Commands,
> extends Play<Client, Server, Middlebox> {
  /** Which end uses farewell. */
  readonly at: Role | 'both';
  readonly leaves?: Aftermath;
}

/** A sentence: why no library at either end changes anything, or why nothing is wrong. */
export interface NoCounterpart {
  readonly none: string;
}

/** One stuck socket, made for real. The same file feeds the test, the demonstration and the docs. */
export interface Scenario<
  Client extends Commands = Commands,
  Server extends Commands = Commands,
  Middlebox extends Commands = Commands,
> extends Play<Client, Server, Middlebox> {
  /** kebab-case; what `farewell lab NAME` takes. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what goes wrong, and what comes of it. */
  readonly about: string;
  readonly needs: readonly Need[];
  readonly pace?: Pace;
  readonly then: Expectation;
  readonly managed: Counterpart | NoCounterpart;
}

/** Names the peers' commands for `when`, then forgets them, so that all scenarios fit in one list. */
export function scenario<
  Client extends Commands,
  Server extends Commands,
  Middlebox extends Commands = Commands,
>(definition: Scenario<Client, Server, Middlebox>): Scenario {
  return definition;
}

/** The same for the counterpart of a scenario. */
export function managed<
  Client extends Commands,
  Server extends Commands,
  Middlebox extends Commands = Commands,
>(definition: Counterpart<Client, Server, Middlebox>): Counterpart {
  return definition;
}
