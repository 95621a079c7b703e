import type { DeadlineName, decide as Decide, Observation, Policy, Role } from '../../src/index.ts';
import type { Token, World } from './world.ts';

/** What is explored: who decides, by which policies, and which ends look into their own kernel. */
export interface Setup {
  readonly policies: Readonly<Record<Role, Policy>>;
  readonly decide: typeof Decide;
  readonly asksKernel: Readonly<Record<Role, boolean>>;
  /** What may happen besides closes and arrivals. */
  readonly may: readonly May[];
  readonly mayExpire: (role: Role, name: DeadlineName) => boolean;
  /** Told of everything that an end sees, and of what it puts on the wire. */
  readonly tap?: Tap;
}

/**
 * `busy`: a process does not get round to reading for a while, and does not know. `orphan-timeout`: the
 * kernel ends what no process holds; `retry-timeout`: it ends what nobody acknowledges any more.
 */
export type May =
  | 'close'
  | 'drain'
  | 'terminate'
  | 'send'
  | 'breach'
  | 'refuse'
  | 'ping'
  | 'pause-room'
  | 'pause-full'
  | 'resume'
  | 'busy'
  | 'die'
  | 'cut'
  | 'orphan-timeout'
  | 'retry-timeout';

export interface Tap {
  readonly seen: (role: Role, observation: Observation) => void;
  readonly sent: (world: World, role: Role, token: Token) => void;
}

/** Thrown when an invariant does not hold. */
export class Violation extends Error {}
