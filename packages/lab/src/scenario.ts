import type { TcpState } from '@farewell/core';
import type { VerdictId } from '@farewell/diagnosis';
import type { Commands, PeerProgram } from './peers/program.ts';
import type { Stage } from './stage/stage.ts';

/** What a scenario cannot do without: a network namespace of its own, where it may change the rules. */
export type Need = 'namespace';

/** The two ends, each a program that runs in a process of its own, and the sysctls they live under. */
export interface Given<Client extends Commands, Server extends Commands> {
  readonly client: PeerProgram<Client>;
  readonly server: PeerProgram<Server>;
  /** Written before the peers start: `net.ipv4.ip_local_port_range` -> `40000 40009`. Needs a namespace. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What the kernel's table and the diagnosis must say at the end. CLOSED: the socket is gone. */
export interface Expectation {
  readonly client: TcpState;
  readonly server: TcpState;
  /** All of them, and no other, whatever their order. */
  readonly verdicts: readonly VerdictId[];
}

/** One stuck socket, made for real. The same file feeds the test, the demonstration and the docs. */
export interface Scenario<Client extends Commands = Commands, Server extends Commands = Commands> {
  /** kebab-case; what `farewell lab NAME` takes. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what goes wrong, and what comes of it. */
  readonly about: string;
  readonly needs: readonly Need[];
  readonly given: Given<Client, Server>;
  /** Makes it go wrong. Waits for what the kernel's table says, never for time. */
  when(stage: Stage<Client, Server>): Promise<void>;
  readonly then: Expectation;
}

/** Names the peers' commands for `when`, then forgets them, so that all scenarios fit in one list. */
export function scenario<Client extends Commands, Server extends Commands>(
  definition: Scenario<Client, Server>,
): Scenario {
  return definition;
}
