import type { Socket } from 'node:net';
import type { TcpState } from '@farewell/core';
import { type Lookup, lookUp, prepareLookup } from './kernel/exact-lookup.ts';
import { type OwnTcp, tcpOf } from './kernel/own-socket.ts';

/**
 * What the kernel tells of an end that sends FIN before it has read one, for whoever will look at the
 * ending: did the peer's FIN answer ours, and what is left when the socket is closed?
 */
export class LastLook {
  readonly #lookup: Lookup | null;
  #atFin: OwnTcp | null = null;

  /** Before our FIN: without its peer, a socket cannot be asked for its addresses. */
  constructor(socket: Socket) {
    this.#lookup = prepareLookup(socket);
  }

  finSent(atFin: OwnTcp): void {
    this.#atFin = atFin;
  }

  /**
   * At the end of the peer's stream: did one segment bring its FIN and acknowledge ours? For that instant we
   * were in FIN-WAIT-2. Two segments may as well be a FIN that crossed ours and the acknowledgement of ours.
   */
  isAnswered(socket: Socket): boolean {
    const atFin = this.#atFin;
    const now = atFin?.tcpState === 'FIN-WAIT-1' ? tcpOf(socket) : null;
    return now?.tcpState === 'CLOSED' && now.segmentsIn - (atFin?.segmentsIn ?? 0) === 1;
  }

  /** Behind the close: `CLOSED`: nothing is left; null: no answer. */
  tcpState(): TcpState | null {
    return this.#lookup && lookUp(this.#lookup);
  }
}
