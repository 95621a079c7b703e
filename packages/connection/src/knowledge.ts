import {
  type Connection,
  type Deadline,
  type Draft,
  endingOf,
  type Fact,
  heartbeatWait,
  isEnded,
  learn,
  type Policy,
  peerOf,
  type Role,
  type TcpState,
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
  /** ms of `now()`; -1: it has not opened. */
  openedAt = -1;
  #heardAt = -1;
  #pingAt = -1;
  /** So much later than `#pingAt`, µs: integers need no memory of their own. -1: no ping waits for its answer. */
  #pingDelay = -1;
  #folded: Draft | null = null;

  constructor(local: Role) {
    this.local = local;
    this.connectingAt = now();
  }

  get peer(): Role {
    return peerOf(this.local);
  }

  get isOpened(): boolean {
    return this.openedAt >= 0;
  }

  /** Was nothing heard since it opened? */
  get isUnheard(): boolean {
    return this.#heardAt < 0;
  }

  /** Have both Close frames passed? */
  get isHandshakeDone(): boolean {
    const known = this.#folded;
    return known?.client.closeFrame != null && known.server.closeFrame !== null;
  }

  /** Had it its turn in a drain? */
  get isDrained(): boolean {
    return this.#folded?.[this.local].drainAt != null;
  }

  opened(at: number): void {
    this.openedAt = at;
    if (this.#folded) this.see({ kind: 'opened' }, at);
  }

  heard(at: number): void {
    this.#heardAt = at;
    if (this.#folded) this.see(heardFrom(this.peer, this.local), at);
  }

  /** `at`: ms of performance.now(). */
  pinged(at: number): void {
    const pingAt = Math.trunc(at);
    this.#pingAt = pingAt;
    this.#pingDelay = Math.trunc((at - pingAt) * 1_000);
    if (this.#folded) this.see(pingBy(this.local), pingAt);
  }

  /** The round trip of the ping that waits for its answer, µs; -1: none does. `at`: ms of performance.now(). */
  pingAnswered(at: number): number {
    const delay = this.#pingDelay;
    this.#pingDelay = -1;
    return delay < 0 ? -1 : Math.round((at - this.#pingAt) * 1_000) - delay;
  }

  /** Has the peer's FIN come, and all before it been read? */
  get hasPeerFin(): boolean {
    return this.#folded?.[this.peer].fin?.times[this.local] !== undefined;
  }

  /** Have we reset or destroyed the socket? */
  get hasGivenUp(): boolean {
    const own = this.#folded?.[this.local];
    return own !== undefined && (own.destroyed !== null || own.rst !== null);
  }

  /** TLS's close_notify has come; the peer's FIN follows about a turn of the loop later. */
  get awaitsFinBehindNotify(): boolean {
    const known = this.#folded;
    return known?.[this.peer].closeNotifyAt != null && known[this.local].finQueuedAt === null;
  }

  /** Of a connection that is merely open, it is all there is to wait for. null: it is not merely open. */
  heartbeatWait({ heartbeat }: Policy): Deadline | null {
    if (this.#folded || !this.isOpened || !heartbeat) return null;
    const [pingAt, heardAt, awakeAt] = [this.#pingAt, this.#heardAt, this.openedAt];
    return heartbeatWait(heartbeat, { pingAt, heardAt, awakeAt });
  }

  /** Takes a fact of the library's in. */
  see(fact: Fact, at = now()): void {
    const source = fact.kind === 'tcp-state' ? 'socket-table' : 'library';
    learn(this.draft(), fact, { at, source });
  }

  /** What the kernel says of our end; `owned`: the process still holds the socket. */
  sawTcpState(tcpState: TcpState, owned: boolean): void {
    this.see({ kind: 'tcp-state', of: this.local, tcpState, owned });
  }

  /** The peer's FIN has come, and all before it was read. */
  sawPeerFin(): void {
    this.see({ kind: 'fin', by: this.peer, seenAt: this.local, hadPeerFin: 'unknown' });
  }

  /** All that is known of a connection that has ended; only the first call's word counts. */
  ended(at: number, unflushedBytes: number): Connection {
    const known = this.connection();
    if (!isEnded(known)) this.see(endingOf(known, this.local, { at, unflushedBytes }), at);
    return this.connection();
  }

  connection(): Connection {
    return this.#folded ?? this.#unfolded();
  }

  protected draft(): Draft {
    this.#folded ??= this.#unfolded();
    return this.#folded;
  }

  #unfolded(): Draft {
    const { local, peer } = this;
    const draft = unseenConnection(local);
    draft.connectingAt = this.connectingAt;
    if (this.openedAt >= 0) draft.openedAt = this.openedAt;
    if (this.#heardAt >= 0) draft[peer].heardAt = this.#heardAt;
    if (this.#pingAt >= 0) draft[local].pingAt = this.#pingAt;
    return draft;
  }
}

function heardFrom(by: Role, seenAt: Role): Fact {
  return { kind: 'data', by, seenAt, bytes: 0 };
}

function pingBy(by: Role): Fact {
  return { kind: 'ping', by, seenAt: by, bytes: 0 };
}
