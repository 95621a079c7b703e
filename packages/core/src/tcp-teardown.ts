import type { Role, TcpState } from './tcp-state.ts';

/**
 * How TCP ends, RFC 9293 §3.6, for one end; the other end has the same table.
 *
 * Whoever sends FIN before it has received one takes the upper way (FIN-WAIT-1 ... TIME-WAIT), whoever
 * answers takes the lower (CLOSE-WAIT, LAST-ACK, CLOSED). So the order of the FINs decides who holds
 * TIME-WAIT, and nothing else does. If the FINs cross, both take the upper way, through CLOSING.
 * A reset leads to CLOSED from everywhere, without TIME-WAIT.
 */

/**
 * What can happen to one end. `close`: its application is done, FIN goes out. `receive-fin-ack`: one
 * segment that is the peer's FIN and acknowledges ours. `abort`: RST goes out. `give-up`: a kernel timer
 * (retransmissions exhausted, orphaned FIN-WAIT-2 timed out). `expire`: 2 MSL are over.
 */
export type TcpEvent =
  | 'establish'
  | 'close'
  | 'receive-fin'
  | 'receive-ack-of-fin'
  | 'receive-fin-ack'
  | 'abort'
  | 'receive-rst'
  | 'give-up'
  | 'expire';

/** The transitions. What is not listed does not change the tcpState. */
export const tcpTeardown = {
  'SYN-SENT': {
    establish: 'ESTABLISHED',
    close: 'CLOSED',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  'SYN-RECEIVED': {
    establish: 'ESTABLISHED',
    close: 'FIN-WAIT-1',
    'receive-fin': 'CLOSE-WAIT',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  ESTABLISHED: {
    close: 'FIN-WAIT-1',
    'receive-fin': 'CLOSE-WAIT',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  'FIN-WAIT-1': {
    'receive-ack-of-fin': 'FIN-WAIT-2',
    'receive-fin': 'CLOSING',
    'receive-fin-ack': 'TIME-WAIT',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  'FIN-WAIT-2': {
    'receive-fin': 'TIME-WAIT',
    'receive-fin-ack': 'TIME-WAIT',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  CLOSING: {
    'receive-ack-of-fin': 'TIME-WAIT',
    'receive-fin-ack': 'TIME-WAIT',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  // A FIN that is received again restarts the 2 MSL: the peer has not got the last ACK.
  'TIME-WAIT': { 'receive-fin': 'TIME-WAIT', expire: 'CLOSED', 'receive-rst': 'CLOSED' },
  // An application that does not close leaves this end here: no timer of its own ends CLOSE-WAIT. (The
  // kernel gives up only if data or keep-alive probes go unanswered.)
  'CLOSE-WAIT': {
    close: 'LAST-ACK',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  'LAST-ACK': {
    'receive-ack-of-fin': 'CLOSED',
    abort: 'CLOSED',
    'receive-rst': 'CLOSED',
    'give-up': 'CLOSED',
  },
  CLOSED: {},
} as const satisfies Record<TcpState, Partial<Record<TcpEvent, TcpState>>>;

/** The tcpState after `event`; the same one if the event means nothing in it. */
export function nextTcpState(tcpState: TcpState, event: TcpEvent): TcpState {
  const row: Partial<Record<TcpEvent, TcpState>> = tcpTeardown[tcpState];
  return row[event] ?? tcpState;
}

/** What an end must have done and received to be in a tcpState, as of that moment. */
export interface FinProof {
  readonly sent: boolean;
  readonly received: boolean;
  /** Did this end send its FIN before (`first`) or after (`answer`) it received one? null: it has sent none. */
  readonly order: 'first' | 'answer' | null;
}

const neither: FinProof = { sent: false, received: false, order: null };

/** CLOSED proves nothing: every way leads there. */
const finProofs: Record<TcpState, FinProof | null> = {
  'SYN-SENT': neither,
  'SYN-RECEIVED': neither,
  ESTABLISHED: neither,
  'FIN-WAIT-1': { sent: true, received: false, order: 'first' },
  'FIN-WAIT-2': { sent: true, received: false, order: 'first' },
  CLOSING: { sent: true, received: true, order: 'first' },
  'TIME-WAIT': { sent: true, received: true, order: 'first' },
  'CLOSE-WAIT': { sent: false, received: true, order: null },
  'LAST-ACK': { sent: true, received: true, order: 'answer' },
  CLOSED: null,
};

/** What the tcpState of an end proves about the FINs, as of the moment it was seen; null: nothing. */
export function finProof(tcpState: TcpState): FinProof | null {
  return finProofs[tcpState];
}

/** Is it the name of a tcpState that one end of a connection can be in (so not LISTEN)? */
export function isTcpState(value: unknown): value is TcpState {
  return typeof value === 'string' && Object.hasOwn(finProofs, value);
}

/** The other end. */
export function peerOf(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}
