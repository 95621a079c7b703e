import {
  type Connection,
  type Draft,
  type Fact,
  learn,
  type Observation,
  peerOf,
  type Role,
  unseenConnection,
} from '@farewell/core';
import { now } from './alarm-clock.ts';

/**
 * What is known of one connection. As long as it is merely open, that is four numbers; they become core's
 * `Connection` when something is to be decided, and stay one from the first fact on that is more than
 * a sign of life. So a message costs no observation, and an idle connection almost no memory.
 */
export class Knowledge {
  readonly local: Role;
  readonly connectingAt: number;
  #openedAt = -1;
  #heardAt = -1;
  #pingAt = -1;
  #folded: Draft | null = null;

  constructor(local: Role) {
    this.local = local;
    this.connectingAt = now();
  }

  get peer(): Role {
    return peerOf(this.local);
  }

  get isOpened(): boolean {
    return this.#openedAt >= 0;
  }

  /** Was nothing heard since it opened? */
  get isUnheard(): boolean {
    return this.#heardAt < 0;
  }

  opened(at: number): void {
    this.#openedAt = at;
    if (this.#folded) this.see({ kind: 'opened' }, at);
  }

  heard(at: number): void {
    this.#heardAt = at;
    if (this.#folded) this.#fold(heardFrom(this.peer, this.local, at));
  }

  pinged(at: number): void {
    this.#pingAt = at;
    if (this.#folded) this.#fold(pingBy(this.local, at));
  }

  /** Takes a fact of the library's in. */
  see(fact: Fact, at = now()): void {
    this.#fold({ at, source: fact.kind === 'tcp-state' ? 'socket-table' : 'library', ...fact });
  }

  connection(): Connection {
    return this.#folded ?? this.#unfolded();
  }

  #fold(observation: Observation): void {
    learn(this.draft(), observation);
  }

  protected draft(): Draft {
    this.#folded ??= this.#unfolded();
    return this.#folded;
  }

  #unfolded(): Draft {
    const { local, peer } = this;
    const draft = unseenConnection(local);
    draft.connectingAt = this.connectingAt;
    if (this.#openedAt >= 0) draft.openedAt = this.#openedAt;
    if (this.#heardAt >= 0) draft[peer].heardAt = this.#heardAt;
    if (this.#pingAt >= 0) draft[local].pingAt = this.#pingAt;
    return draft;
  }
}

function heardFrom(by: Role, seenAt: Role, at: number): Observation {
  return { kind: 'data', source: 'library', by, seenAt, at, bytes: 0 };
}

function pingBy(by: Role, at: number): Observation {
  return { kind: 'ping', source: 'library', by, seenAt: by, at, bytes: 0 };
}
