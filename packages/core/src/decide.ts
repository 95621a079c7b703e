import { opened } from './answers.ts';
import type { Because } from './cause.ts';
import { mayStandInClose } from './close-codes.ts';
import type { CloseWanted, Connection } from './connection.ts';
import { isEnded } from './connection.ts';
import type { Deadline } from './deadlines.ts';
import {
  finSentAt,
  givesInFirst,
  handshakeDoneAt,
  isOver,
  nextDeadline,
  pausedSince,
  peerFinCame,
  peerStreamEndedAt,
  unsentBytes,
} from './deadlines.ts';
import type { Policy } from './policy.ts';
import { peerOf } from './tcp-teardown.ts';

/**
 * Something to do now. The shell does it, feeds it back as the observation named, and asks again;
 * as long as it does not, the same action is owed. `because` goes into the observation.
 */
export type Action =
  /** Observation: `close-frame` by the local end, `hadPeerClose`: has one been received? */
  | {
      readonly kind: 'send-close';
      readonly statusCode: number | null;
      readonly reason: string;
      readonly because: Because;
    }
  /** Observation: `ping` by the local end. */
  | { readonly kind: 'send-ping' }
  /** End our stream, behind all unsent data. Observations: `fin-queued`, and `fin` when it is out. */
  | { readonly kind: 'send-fin'; readonly because: Because }
  /** Send RST, drop unsent data. Observation: `rst` by the local end, seen there. */
  | { readonly kind: 'reset'; readonly because: Because }
  /** Close the socket without a reset, drop unsent data. Observation: `destroyed`. */
  | { readonly kind: 'destroy'; readonly because: Because }
  /** Read again: what the closing waits for comes behind what is unread. Observation: `reading`. */
  | { readonly kind: 'resume' }
  /** Nothing is left to wait for. Release what the connection holds. Observation: `ended`, see ending.ts. */
  | { readonly kind: 'release' };

/** What `decide` answers. */
export interface Decision {
  readonly actions: readonly Action[];
  /** When to ask again if nothing is observed before. null: there is nothing to wait for. */
  readonly deadline: Deadline | null;
}

/**
 * What the policy's own end owes now, and until when to wait. A pure function of the knowledge: asking
 * twice gives the same answer, and no state is kept. An expired deadline is the only thing owed then.
 */
export function decide(connection: Connection, policy: Policy, now: number): Decision {
  if (isEnded(connection)) return { actions: [], deadline: null };
  if (isOver(connection, policy.local)) return { actions: [{ kind: 'release' }], deadline: null };
  const deadline = nextDeadline(connection, policy);
  const expired = deadline !== null && deadline.at <= now;
  const actions = expired ? [expire(connection, policy, deadline)] : owed(connection, policy);
  return { actions, deadline };
}

/** What the expiry of a deadline asks for. Only two are not the end: a ping, and the FIN held back. */
function expire(connection: Connection, policy: Policy, { name }: Deadline): Action {
  if (name === 'heartbeat') return { kind: 'send-ping' };
  const holdsBack = name === 'fin' && finSentAt(connection[policy.local]) === null;
  const notified = connection[peerOf(policy.local)].closeNotifyAt !== null;
  if (holdsBack && notified) return { kind: 'send-fin', because: 'peer' };
  if (holdsBack && givesInFirst(policy)) return { kind: 'send-fin', because: 'fin' };
  return { kind: policy.abort === 'rst' ? 'reset' : 'destroy', because: name };
}

function owed(connection: Connection, policy: Policy): readonly Action[] {
  const { local } = policy;
  const end = connection[local];
  if (end.terminatedAt !== null) return [{ kind: 'destroy', because: 'application' }];
  const close = closeOwed(connection, policy);
  if (opened(connection) !== 'yes') return beforeOpen(connection, policy, close);
  const streamEnded = peerStreamEndedAt(connection, local) !== null;
  const actions: Action[] = [];
  if ((close || end.closeFrame) && pausedSince(end) !== null) actions.push({ kind: 'resume' });
  // A Close frame received is answered even behind a FIN: whoever sent it may still read.
  if (
    close &&
    !end.closeFrame &&
    finSentAt(end) === null &&
    (!streamEnded || close.because === 'peer')
  ) {
    const { statusCode, reason, because } = close;
    actions.push({ kind: 'send-close', statusCode, reason, because });
  }
  const ending = endOwed(connection, policy);
  if (ending) actions.push(ending);
  return actions;
}

/** RFC 6455 §7.1.7: before the opening handshake is over there is nobody to send a Close frame to. */
function beforeOpen(
  connection: Connection,
  policy: Policy,
  close: CloseWanted | null,
): readonly Action[] {
  const streamEnded = peerStreamEndedAt(connection, policy.local) !== null;
  if (streamEnded) return [{ kind: 'destroy', because: 'peer' }];
  return close ? [{ kind: 'destroy', because: 'application' }] : [];
}

/** The Close frame to send, if any: a reply, what a fault asks for, or what the application wanted. */
function closeOwed(connection: Connection, { local }: Policy): CloseWanted | null {
  const end = connection[local];
  const peer = connection[peerOf(local)];
  const received = peer.closeFrame?.times[local];
  if (peer.violation) {
    const { at, statusCode } = peer.violation;
    return { at, statusCode, reason: '', because: 'protocol-violation' };
  }
  if (received !== undefined) {
    // RFC 6455 §5.5.1: the reply typically echoes the status code. The reason too, as proof of a reply.
    const { statusCode, reason } = peer.closeFrame ?? { statusCode: null, reason: '' };
    const echoes = statusCode === null || mayStandInClose(statusCode);
    if (!echoes) return { at: received, statusCode: null, reason: '', because: 'peer' };
    return { at: received, statusCode, reason, because: 'peer' };
  }
  if (end.threw)
    return { at: end.threw.at, statusCode: 1011, reason: '', because: 'handler-threw' };
  return end.closeWanted;
}

/** FIN, or the reset in its place, if it is our turn. */
function endOwed(connection: Connection, policy: Policy): Action | null {
  const { local } = policy;
  if (finSentAt(connection[local]) !== null) return null;
  if (mayReset(connection, policy)) return { kind: 'reset', because: 'policy' };
  if (peerFinCame(connection, local)) return { kind: 'send-fin', because: 'peer' };
  // After close_notify alone the FIN is on its way; the deadline `fin` bounds the wait for it.
  if (peerStreamEndedAt(connection, local) !== null) return null;
  if (handshakeDoneAt(connection, local) === null) return null;
  return policy.firstFin === local ? { kind: 'send-fin', because: 'policy' } : null;
}

/**
 * What replies to our Close was sent when all that we sent before had been read, and is itself behind all
 * that the peer sent: nothing is left to lose, also if the peer's FIN has come meanwhile.
 */
function mayReset(connection: Connection, { local, afterHandshake }: Policy): boolean {
  if (afterHandshake !== 'reset' || handshakeDoneAt(connection, local) === null) return false;
  const isReply = connection[peerOf(local)].closeFrame?.hadPeerClose === true;
  return isReply && unsentBytes(connection, local) === 0;
}
