import type {
  FirstFin,
  Role,
  SocketEnding,
  SocketState,
  TracedProcess,
  Unknown,
} from '@farewell/core';

/**
 * What is known of one end of a connection while it is followed, and the rules by which its events
 * change that. A fold over what the kernel said: nothing here reads a clock or a file.
 *
 * The trace never says TIME-WAIT: a closer's socket goes from FIN-WAIT-2 to CLOSED at once, and what is
 * left, if anything, is a mini socket without events. `endingOf` says when that can be told apart.
 */
export interface TracedSocket {
  /** The kernel's address of it: another socket may get the same after this one's end. */
  readonly id: number;
  /** ms on the clock of the events, as all times here: the first event seen. */
  readonly seenAt: number;
  role: Role | Unknown;
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
  /** When its SYN went out or came in; null: before the trace. */
  openedAt: number | null;
  /** It became ESTABLISHED while watched. */
  established: boolean;
  tcpState: SocketState | Unknown;
  /** When it entered `tcpState`; null: before the trace. */
  tcpStateSince: number | null;
  firstFin: FirstFin;
  /** What of its closing was seen as it happened. */
  readonly closes: { peerFirst: number; localAfter: number; localFirst: number };
  /** The process that called connect, and the one that closed, or was in a call when it ended. */
  opener: TracedProcess | null;
  closer: TracedProcess | null;
  /** When it became CLOSED, in which state it was before, and if an interrupt did it. */
  closedAt: number | null;
  closedFrom: SocketState | Unknown;
  closedInInterrupt: boolean;
  /** A process still had it open when it became CLOSED. */
  ownedAtEnd: boolean;
  resetReceived: boolean;
  /** null: none went out. */
  resetSent: { readonly at: number; readonly reason: string | null } | null;
  /** The reason of an RST that its mini socket sent after its end; null: none did. */
  lateReset: string | null;
  retransmits: number;
  retransmitsSinceFin: number;
  /** By a row of the target's socket table. */
  confirmed: boolean;
  rowEnding: SocketEnding | null;
  /** ms since data last moved, at the end; null: not known. */
  idleAge: number | null;
}

/** A socket of which nothing is known but that it is there. */
export function newTracedSocket(id: number, seenAt: number): TracedSocket {
  return {
    id,
    seenAt,
    role: 'unknown',
    localAddress: '',
    localPort: 0,
    remoteAddress: '',
    remotePort: 0,
    openedAt: null,
    established: false,
    tcpState: 'unknown',
    tcpStateSince: null,
    firstFin: 'unknown',
    closes: { peerFirst: 0, localAfter: 0, localFirst: 0 },
    opener: null,
    closer: null,
    closedAt: null,
    closedFrom: 'unknown',
    closedInInterrupt: false,
    ownedAtEnd: false,
    resetReceived: false,
    resetSent: null,
    lateReset: null,
    retransmits: 0,
    retransmitsSinceFin: 0,
    confirmed: false,
    rowEnding: null,
    idleAge: null,
  };
}

/** Who acted: a process, or an interrupt (`null`) in which the kernel acted on its own. */
export interface Actor {
  readonly inInterrupt: boolean;
  readonly process: TracedProcess | null;
}

/** The socket went from one state to another. */
export function applyState(
  socket: TracedSocket,
  change: {
    readonly from: SocketState | Unknown;
    readonly to: SocketState | Unknown;
    readonly at: number;
  },
  actor: Actor,
): void {
  const { from, to, at } = change;
  socket.firstFin = laterFirstFin(laterFirstFin(socket.firstFin, from), to);
  socket.tcpState = to;
  socket.tcpStateSince = at;
  switch (to) {
    case 'SYN-SENT':
      socket.role = 'client';
      socket.openedAt = at;
      socket.opener = actor.process;
      return;
    case 'SYN-RECEIVED':
      if (from !== 'LISTEN') return; // both ends sent SYN: it is a client still
      socket.role = 'server';
      socket.openedAt = at;
      return;
    case 'ESTABLISHED':
      socket.established = true;
      if (from !== 'SYN-RECEIVED' || socket.role !== 'unknown') return;
      socket.role = 'server';
      socket.openedAt = at;
      return;
    // Only a close or a shutdown of the application leads here.
    case 'FIN-WAIT-1':
      socket.closes.localFirst = 1;
      socket.closer = actor.process;
      return;
    case 'LAST-ACK':
      socket.closes.localAfter = 1;
      socket.closer = actor.process;
      return;
    case 'CLOSE-WAIT':
      socket.closes.peerFirst = 1;
      return;
    case 'CLOSED':
      socket.closedAt = at;
      socket.closedFrom = from;
      socket.closedInInterrupt = actor.inInterrupt;
      if (!actor.inInterrupt) socket.closer ??= actor.process;
      return;
    case 'FIN-WAIT-2':
    case 'CLOSING':
    case 'TIME-WAIT':
    case 'LISTEN':
    case 'unknown':
  }
}

/** A segment went out again. */
export function applyRetransmit(socket: TracedSocket): void {
  socket.retransmits += 1;
  if (FIN_SENT.has(socket.tcpState)) socket.retransmitsSinceFin += 1;
}

/** The socket was given back. A process that lets go of it only now still had it when it was CLOSED. */
export function applyDestroy(socket: TracedSocket, actor: Actor): void {
  if (actor.inInterrupt) return;
  socket.closer ??= actor.process;
  // An orphan is destroyed where it becomes CLOSED: include/net/tcp.h tcp_done().
  if (socket.closedAt !== null && socket.closedInInterrupt) socket.ownedAtEnd = true;
}

/**
 * How the socket ended. `complete` is false where events of its time may be missing: then only what an
 * event or a row says counts, and nothing is concluded from an event that did not come.
 */
export function endingOf(socket: TracedSocket, complete: boolean): SocketEnding {
  if (socket.rowEnding !== null) return socket.rowEnding;
  const { closedFrom } = socket;
  if (closedFrom === 'SYN-SENT' || closedFrom === 'SYN-RECEIVED') return 'never-opened';
  if (socket.resetReceived && !wasOwnAbort(socket)) return 'reset-received';
  if (wasResetByUs(socket)) return 'reset-sent';
  return complete ? quietEnding(socket) : 'unknown';
}

/**
 * RFC 9293 has sockets answer stray segments by RST and live on; one that goes out as the socket dies is
 * its end. Linux sends it microseconds before (keep-alive) or after (all others) it says CLOSED.
 */
export function wasResetByUs({ resetSent, closedAt }: TracedSocket): boolean {
  return resetSent !== null && closedAt !== null && resetSent.at > closedAt - RESET_AHEAD;
}

/**
 * Data that comes after close() makes Linux reset its own end first, as if an RST had come, and then send
 * one: net/ipv4/tcp_input.c tcp_rcv_state_process(), FIN-WAIT-1 and FIN-WAIT-2.
 */
export function wasOwnAbort({ resetSent }: TracedSocket): boolean {
  return resetSent?.reason === 'TCP_ABORT_ON_DATA';
}

/** ms. */
const RESET_AHEAD = 1;
const FIN_SENT: ReadonlySet<string> = new Set(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']);

/** Which FIN was first, now that the socket was seen in `tcpState`. */
function laterFirstFin(firstFin: FirstFin, tcpState: SocketState | Unknown): FirstFin {
  switch (tcpState) {
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
      return 'none';
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      return 'local';
    case 'CLOSING':
      return 'crossed';
    case 'CLOSE-WAIT':
      return 'peer';
    case 'LAST-ACK':
      return 'peer';
    case 'CLOSED':
    case 'TIME-WAIT':
    case 'LISTEN':
    case 'unknown':
      return firstFin;
  }
}

/** The end of a socket without RST. */
function quietEnding(socket: TracedSocket): SocketEnding {
  switch (socket.closedFrom) {
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
    case 'FIN-WAIT-1':
      return socket.retransmits > 0 ? 'gave-up' : 'unknown';
    // An acknowledgement and the last try look the same once the FIN was sent again.
    case 'LAST-ACK':
      return socket.retransmitsSinceFin === 0 ? 'closed' : 'unknown';
    case 'CLOSING':
      return socket.retransmitsSinceFin === 0 ? 'time-wait' : 'unknown';
    // Nothing ends FIN-WAIT-2 of a socket that a process has, but the peer's FIN and an RST.
    case 'FIN-WAIT-2':
      return socket.ownedAtEnd ? 'time-wait' : 'unknown';
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'TIME-WAIT':
    case 'CLOSED':
    case 'LISTEN':
    case 'unknown':
      return 'unknown';
  }
}
