import type { Role, SocketRow, TracedProcess, TraceTable, Unknown } from '@farewell/core';
import { AddressTexts } from '../ip-address.ts';
import { confirmSockets, portsKey } from './confirm-sockets.ts';
import { ADDRESSES_BYTES, type EventColumns } from './event-columns.ts';
import { Fifo } from './fifo.ts';
import { actingTask, kindOf, type ReasonNames, resetReason } from './kernel-event.ts';
import type { EventBatch } from './read-kernel-trace.ts';
import { TraceGroups } from './trace-groups.ts';
import { TRACE_STATES } from './trace-state.ts';
import {
  applyDestroy,
  applyRetransmit,
  applyState,
  endingOf,
  newTracedSocket,
  type TracedSocket,
} from './traced-socket.ts';

export interface TracedSocketsOptions {
  /** When the trace began, ms on the clock of the events. */
  readonly startedAt: number;
  /** What to add to a time on the clock of the events to get Unix time in ms. */
  readonly unixOffset: number;
  /** Which process a thread belongs to: `ProcessNames.find`. */
  readonly processOf: (taskId: number, at: number) => TracedProcess | null;
  /** `KernelTrace.missing`: without all kinds of events, silence proves nothing. */
  readonly missing: readonly string[];
  /**
   * `needed`: only sockets that `confirm` recognised count. `not-needed`: the caller knows that the
   * machine has no other network namespace.
   */
  readonly confirmation: 'needed' | 'not-needed';
  /** How long an ended socket waits for the row that says how it ended, ms. Default 3,000. */
  readonly settleTime?: number;
  /** Sockets followed at once, ended ones that wait included. Default 131,072, some 60 MB. */
  readonly maxSockets?: number;
}

/**
 * Folds the events of a trace into the lives of sockets, and those into sums. Bounded: a socket is
 * forgotten `settleTime` after its end, and the oldest one when there are more than `maxSockets`.
 */
export class TracedSockets {
  readonly #options: TracedSocketsOptions;
  readonly #settleTime: number;
  readonly #maxSockets: number;
  /** Open ones, and ended ones until they are settled or the kernel uses their address again. */
  readonly #byId = new Map<number, TracedSocket>();
  /** Ended ones, in the order of their ends. */
  readonly #ended = new Fifo<TracedSocket>();
  /** The last one to end of each pair of ports. */
  readonly #endedByPorts = new Map<number, TracedSocket>();
  readonly #groups = new TraceGroups();
  readonly #complete: boolean;
  #listening: ReadonlySet<number> | null = null;
  #addresses = new AddressTexts();
  #addressesMade = 0;
  #lastLossAt = -Infinity;
  #lostEvents: number | null = 0;
  #unconfirmed = 0;
  #untracked = 0;

  constructor(options: TracedSocketsOptions) {
    this.#options = options;
    this.#settleTime = options.settleTime ?? 3_000;
    this.#maxSockets = options.maxSockets ?? 131_072;
    this.#complete = options.missing.every((kind) => kind === 'reset-reason');
  }

  /** How many sockets are followed now, ended ones that wait included. */
  get size(): number {
    return Math.max(this.#byId.size, this.#ended.length);
  }

  /** Takes the events of a batch, in their order. */
  push({ columns, order, length, reasons }: EventBatch): void {
    let at = -Infinity;
    for (let index = 0; index < length; index += 1) {
      const row = order[index] ?? 0;
      at = columns.at[row] ?? at;
      this.#pushRow(columns, row, reasons);
    }
    this.#settle(at - this.#settleTime);
  }

  /**
   * Takes rows of the target's socket table, or of its destroy multicast, read at `at` (ms on the clock
   * of the events). They tell which sockets are the target's and what FIN-WAIT-2 to CLOSED was.
   */
  confirm(rows: readonly SocketRow[], at: number): void {
    const listeners = rows.filter((row) => row.tcpState === 'LISTEN');
    if (listeners.length > 0) this.#listening = new Set(listeners.map((row) => row.localPort));
    confirmSockets(this.#all(), rows, at);
  }

  /** The sums up to `now` (ms on the clock of the events). Sockets that wait count as what is known. */
  table(now: number): TraceTable {
    this.#settle(now - this.#settleTime);
    const { startedAt, unixOffset, missing } = this.#options;
    const groups = this.#groups.copy();
    let unconfirmed = this.#unconfirmed;
    for (const socket of this.#all()) {
      if (!this.#counts(socket)) unconfirmed += 1;
      else if (socket.closedAt === null) groups.addOpen(socket, this.#roleOf(socket));
      else groups.addEnded(socket, this.#roleOf(socket), this.#endingOf(socket));
    }
    return {
      from: startedAt + unixOffset,
      to: now + unixOffset,
      groups: groups.list(),
      ungrouped: groups.ungrouped,
      unconfirmed,
      untracked: this.#untracked,
      looseResets: groups.looseResets(),
      lostEvents: this.#lostEvents,
      missingEvents: missing,
    };
  }

  /** The lives that are followed now, ended ones that wait included. For reading only. */
  *sockets(): Iterable<Readonly<TracedSocket>> {
    yield* this.#all();
  }

  *#all(): Generator<TracedSocket> {
    for (const socket of this.#byId.values()) if (socket.closedAt === null) yield socket;
    yield* this.#ended;
  }

  #pushRow(columns: EventColumns, row: number, reasons: ReasonNames): void {
    const kind = kindOf(columns, row);
    const at = columns.at[row] ?? 0;
    switch (kind) {
      case 'tcp-state':
        return this.#pushState(columns, row, at);
      case 'send-reset':
        return this.#pushSentReset(columns, row, resetReason(columns.detail[row] ?? -1, reasons));
      case 'receive-reset': {
        const socket = this.#follow(columns, row);
        if (socket.closedAt === null) socket.resetReceived = true;
        return;
      }
      case 'retransmit':
        return applyRetransmit(this.#follow(columns, row));
      case 'destroy':
        return this.#pushDestroy(columns, row, at);
      case 'lost':
        return this.#pushLoss(columns.detail[row] ?? -1, at);
    }
  }

  #pushState(columns: EventColumns, row: number, at: number): void {
    const from = TRACE_STATES[columns.oldState[row] ?? 0] ?? 'unknown';
    const to = TRACE_STATES[columns.tcpState[row] ?? 0] ?? 'unknown';
    if (to === 'LISTEN' || (from === 'LISTEN' && to === 'CLOSED')) return;
    const known = this.#known(columns, row);
    const socket = known && !opens(from, to, known) ? known : this.#begin(columns, row);
    // The port of a client is chosen after SYN-SENT.
    if (socket.localPort === 0) socket.localPort = columns.localPort[row] ?? 0;
    applyState(socket, { from, to, at }, this.#actor(columns, row));
    if (to === 'CLOSED') this.#end(socket);
  }

  /** Also comes for what has no full socket: a listener, a SYN, a TIME-WAIT, or nothing at all. */
  #pushSentReset(columns: EventColumns, row: number, reason: string | null): void {
    const socket = this.#known(columns, row);
    if (!socket) return this.#pushLooseReset(columns, row, reason);
    socket.resetSent = { at: columns.at[row] ?? 0, reason };
    if (!socket.closer && socket.closedAt !== null) {
      socket.closer = this.#actor(columns, row).process;
    }
  }

  #pushLooseReset(columns: EventColumns, row: number, reason: string | null): void {
    const ended = reason === FROM_MINI_SOCKET ? this.#endedOf(columns, row) : null;
    if (ended) ended.lateReset = reason;
    else this.#groups.addLooseReset(columns.localPort[row] ?? 0, reason);
  }

  #end(socket: TracedSocket): void {
    this.#ended.push(socket);
    this.#endedByPorts.set(portsKey(socket.localPort, socket.remotePort), socket);
  }

  /** The ended socket whose mini socket (an orphaned FIN-WAIT-2, TIME-WAIT) a row is about, if one is known. */
  #endedOf(columns: EventColumns, row: number): TracedSocket | null {
    const key = portsKey(columns.localPort[row] ?? 0, columns.remotePort[row] ?? 0);
    const socket = this.#endedByPorts.get(key);
    if (!socket) return null;
    const [local, remote] = this.#addressesOf(columns, row);
    return socket.localAddress === local && socket.remoteAddress === remote ? socket : null;
  }

  #addressesOf(columns: EventColumns, row: number): readonly [local: string, remote: string] {
    const addresses = this.#addressTexts();
    const at = row * ADDRESSES_BYTES;
    return [
      addresses.ipv6(columns.addresses, at),
      addresses.ipv6(columns.addresses, at + ADDRESSES_BYTES / 2),
    ];
  }

  #pushDestroy(columns: EventColumns, row: number, at: number): void {
    const socket = this.#known(columns, row);
    if (!socket) return;
    if (socket.closedAt === null) {
      socket.closedAt = at; // its last change of state was lost
      this.#end(socket);
    }
    applyDestroy(socket, this.#actor(columns, row));
  }

  #pushLoss(count: number, at: number): void {
    this.#lastLossAt = at;
    if (count < 0) this.#lostEvents = null;
    else if (this.#lostEvents !== null) this.#lostEvents += count;
  }

  #actor(
    columns: EventColumns,
    row: number,
  ): { inInterrupt: boolean; process: TracedProcess | null } {
    const task = actingTask(columns, row);
    if (task < 0) return KERNEL;
    return { inInterrupt: false, process: this.#options.processOf(task, columns.at[row] ?? 0) };
  }

  /** The socket of a row; one that was there before the trace is met here for the first time. */
  #follow(columns: EventColumns, row: number): TracedSocket {
    return this.#known(columns, row) ?? this.#begin(columns, row);
  }

  /**
   * The socket of a row, if it is followed. The number of one that has ended may be another's by now, one
   * that was not seen to open: a listener, or a socket of ports that the kernel was told to leave out.
   */
  #known(columns: EventColumns, row: number): TracedSocket | null {
    const socket = this.#byId.get(columns.socket[row] ?? 0);
    if (!socket) return null;
    // The port of a client is chosen after SYN-SENT.
    if (socket.localPort !== 0 && columns.localPort[row] !== socket.localPort) return null;
    if (columns.remotePort[row] === socket.remotePort) return socket;
    return this.#isDisconnected(columns, row, socket) ? socket : null;
  }

  /** A reset by our side takes the remote port from the socket and leaves the address; a listener has neither. */
  #isDisconnected(columns: EventColumns, row: number, { remoteAddress }: TracedSocket): boolean {
    return columns.remotePort[row] === 0 && this.#addressesOf(columns, row)[1] === remoteAddress;
  }

  /** A new socket, also if its address was another one's before. */
  #begin(columns: EventColumns, row: number): TracedSocket {
    this.#makeRoom();
    const id = columns.socket[row] ?? 0;
    const at = columns.at[row] ?? 0;
    const previous = this.#byId.get(id);
    if (previous?.closedAt === null) {
      previous.closedAt = at; // its end was lost
      this.#end(previous);
    }
    const socket = newTracedSocket(id, at);
    [socket.localAddress, socket.remoteAddress] = this.#addressesOf(columns, row);
    socket.localPort = columns.localPort[row] ?? 0;
    socket.remotePort = columns.remotePort[row] ?? 0;
    this.#byId.set(id, socket);
    return socket;
  }

  /** Texts are kept to be used again, but not for ever. */
  #addressTexts(): AddressTexts {
    this.#addressesMade += 1;
    if (this.#addressesMade % ADDRESSES_KEPT === 0) this.#addresses = new AddressTexts();
    return this.#addresses;
  }

  #makeRoom(): void {
    if (this.size < this.#maxSockets) return;
    if (this.#ended.length > 0) return this.#settleFirst();
    // Many at once: the way to the oldest entries of a Map leads over all those deleted before them.
    let tooMany = Math.ceil(this.#maxSockets / 64);
    for (const id of this.#byId.keys()) {
      this.#byId.delete(id);
      this.#untracked += 1;
      tooMany -= 1;
      if (tooMany === 0) return;
    }
  }

  #settle(until: number): void {
    for (;;) {
      const closedAt = this.#ended.first()?.closedAt ?? Infinity;
      if (closedAt > until) return;
      this.#settleFirst();
    }
  }

  #settleFirst(): void {
    const socket = this.#ended.shift();
    if (socket === undefined) return;
    if (this.#byId.get(socket.id) === socket) this.#byId.delete(socket.id);
    const ports = portsKey(socket.localPort, socket.remotePort);
    if (this.#endedByPorts.get(ports) === socket) this.#endedByPorts.delete(ports);
    if (!this.#counts(socket)) this.#unconfirmed += 1;
    else this.#groups.addEnded(socket, this.#roleOf(socket), this.#endingOf(socket));
  }

  #counts(socket: TracedSocket): boolean {
    return socket.confirmed || this.#options.confirmation === 'not-needed';
  }

  #endingOf(socket: TracedSocket) {
    return endingOf(socket, this.#complete && this.#lastLossAt < socket.seenAt);
  }

  /** A socket from before the trace: a server if its port has a listener, as far as the rows show. */
  #roleOf({ role, localPort }: TracedSocket): Role | Unknown {
    if (role !== 'unknown' || this.#listening === null) return role;
    return this.#listening.has(localPort) ? 'server' : 'client';
  }
}

/**
 * Is this the first change of a new socket, whatever is known of its address? A server's socket leaves LISTEN
 * and is ESTABLISHED at once: either may be the first that is seen of it.
 */
function opens(from: TracedState, to: TracedState, known: TracedSocket): boolean {
  if (to === 'SYN-SENT') return true;
  if (to === 'SYN-RECEIVED') return from === 'LISTEN';
  return to === 'ESTABLISHED' && from === 'SYN-RECEIVED' && known.tcpState !== from;
}

type TracedState = TracedSocket['tcpState'];

/** The kernel's reason for an RST that a TIME-WAIT or an orphaned FIN-WAIT-2 sends. */
const FROM_MINI_SOCKET = 'TCP_TIMEWAIT_SOCKET';
const KERNEL = { inInterrupt: true, process: null };
const ADDRESSES_KEPT = 100_000;
