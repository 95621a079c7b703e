import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { finProof, type Unknown } from '@farewell/core';
import { letFinGo } from './held-socket.ts';
import { hasFailed, type OwnTcp, shutDownNow, tcpOf, tcpStateOf } from './kernel/own-socket.ts';

/** How to send it. */
export interface FinOrder {
  /** Did the peer's FIN come, with nothing unread before it? */
  readonly hasPeerFin: boolean;
  readonly unsentBytes: number;
  /** Does anybody wait for the ending? Else the kernel is asked only for what the ending must not get wrong. */
  readonly isWatched: boolean;
}

/** What the kernel showed around our FIN. */
export interface FinSent {
  /** Had it the peer's FIN before? */
  readonly hadPeerFin: boolean | Unknown;
  /** Did RST come in, instead of what acknowledges it? */
  readonly wasReset: boolean;
  /** Right behind it; null: the kernel was not asked, or gave no answer. */
  readonly tcp: OwnTcp | null;
}

/**
 * Ends our stream and tells once the FIN is out. False, and nothing is sent: the kernel has given the
 * connection up, which before our FIN means that RST came in, and Node has not heard of it.
 */
export function sendFin(
  socket: Socket,
  { hasPeerFin, unsentBytes, isWatched }: FinOrder,
  onSent: (fin: FinSent) => void,
): boolean {
  const isReadToEnd = hasPeerFin || socket.readableEnded;
  // TLS has its close_notify to send first.
  const canBeNow = unsentBytes === 0 && !(socket instanceof TLSSocket);
  if (canBeNow && isReadToEnd) return sendLastFin(socket, onSent);
  const before = isWatched || isReadToEnd ? tcpOf(socket) : null;
  if (before?.tcpState === 'CLOSED') return false;
  const isAnswer = isReadToEnd || before?.tcpState === 'CLOSE-WAIT';
  const seen = (): void => {
    const tcp = isWatched ? tcpBehind(socket, before) : null;
    // Behind the peer's FIN Node reads the end of the stream, and never the error of an RST.
    const wasReset = isAnswer && hasFailed(socket);
    onSent({ hadPeerFin: isAnswer || hadPeerFinIn(tcp), wasReset, tcp });
  };
  if (canBeNow && shutDownNow(socket)) {
    // Node's `end` has nothing left to do then: the socket is destroyed once the peer's FIN is there.
    seen();
    return true;
  }
  if (canBeNow && tcpStateOf(socket) === 'CLOSED') return false;
  socket.once('finish', seen);
  letFinGo(socket);
  return true;
}

/**
 * Behind the peer's FIN. The close() that follows anyway would send ours as well, for a third of the work of Node's
 * `end`, but does not tell of an RST that came in right behind the peer's FIN: shutdown() fails then.
 */
function sendLastFin(socket: Socket, onSent: (fin: FinSent) => void): boolean {
  const isOut = shutDownNow(socket);
  if (!isOut && tcpStateOf(socket) === 'CLOSED') return false;
  const wasReset = isOut && hasFailed(socket);
  socket.destroy();
  onSent({ hadPeerFin: true, wasReset, tcp: null });
  return true;
}

/**
 * Linux reads the tcpState before it takes the socket's lock, and counts segments behind it. One that came in
 * since `before` may be a FIN which the tcpState does not show yet: then it is counted as not there yet.
 */
function tcpBehind(socket: Socket, before: OwnTcp | null): OwnTcp | null {
  const tcp = tcpOf(socket);
  if (!tcp || !before || tcp.segmentsIn === before.segmentsIn) return tcp;
  const { segmentsIn } = before;
  return tcpStateOf(socket) === tcp.tcpState ? tcp : { ...tcp, segmentsIn };
}

/** Behind our FIN: does the tcpState prove that the peer's had come before it? CLOSED proves neither. */
function hadPeerFinIn(tcp: OwnTcp | null): boolean | Unknown {
  const order = tcp && finProof(tcp.tcpState)?.order;
  return order ? order === 'answer' : 'unknown';
}
