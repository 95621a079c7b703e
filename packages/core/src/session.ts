import { abnormalClosure } from './close-codes.ts';
import type { CloseEventFacts, CloseOutcome } from './outcome.ts';
import type { Policy } from './policy.ts';

/**
 * The model for a client in a browser, where each kilobyte counts and nearly everything is hidden: TCP, pings,
 * and the peer's Close frame until all is over. What is left are the two handshakes, data unsent, and what the
 * application does. For these it knows, decides and concludes what the whole model does (`observe`, `decide`,
 * `outcome`); the tests hold the two together.
 *
 * Here the client tells of itself, in order and each thing once, so the first word on a fact is final. What is
 * absent was not seen.
 */
export interface Session {
  readonly connectingAt: number;
  readonly openedAt?: number;
  /** `close()`. */
  readonly closeWanted?: { readonly statusCode: number | null; readonly reason: string };
  /** `terminate()`. */
  readonly terminated?: true;
  /** A handler threw. */
  readonly threw?: true;
  /** Our Close frame. `isReply`: the server's had come for certain. */
  readonly closeSent?: { readonly at: number; readonly isReply: boolean };
  /** It was given up, and why. */
  readonly destroyed?: GivenUp;
  /** What the client found out itself, as that there is no network. */
  readonly error?: string;
  /** Bytes that wait to be sent, and when they last became fewer. */
  readonly unsent?: { readonly bytes: number; readonly progressAt: number };
  /** The browser found something wrong with the peer, or with the network, and does not say what. */
  readonly failed?: true;
  /** What the browser said of the end; null: it had not told of one yet. */
  readonly closeEvent?: (CloseEventFacts & { readonly code: number }) | null;
  readonly endedAt?: number;
}

type SessionDeadlineName = 'opening-handshake' | 'closing-handshake' | 'flush';
type GivenUp = 'application' | SessionDeadlineName;

/** What can be owed: `Action`, without what a browser does by itself. */
export type SessionAction =
  | {
      readonly kind: 'send-close';
      readonly statusCode: number | null;
      readonly reason: string;
      readonly because: 'application' | 'handler-threw';
    }
  | { readonly kind: 'destroy'; readonly because: GivenUp }
  | { readonly kind: 'release' };

/** `Decision`, of these. */
export interface SessionDecision {
  readonly actions: readonly SessionAction[];
  readonly deadline: { readonly name: SessionDeadlineName; readonly at: number } | null;
}

/** The part of a policy that a session can carry out. */
export type SessionPolicy = Pick<Policy, 'openTimeout' | 'closeTimeout' | 'flushTimeout'>;

/** Takes facts in. After the end there are none. */
export function observeSession(session: Session, facts: Partial<Session>): Session {
  return session.endedAt === undefined ? { ...facts, ...session } : session;
}

/** Takes in how many bytes wait, the one fact that changes. */
export function observeUnsent(session: Session, bytes: number, at: number): Session {
  const { unsent } = session;
  const isLess = !unsent?.bytes || bytes < unsent.bytes;
  return { ...session, unsent: { bytes, progressAt: isLess ? at : unsent.progressAt } };
}

/** What is owed now, and until when to wait: `decide` for a session. To give up is to destroy. */
export function decideSession(
  session: Session,
  policy: SessionPolicy,
  now: number,
): SessionDecision {
  const isOver = session.destroyed !== undefined || session.error !== undefined;
  if (isOver) return { actions: [{ kind: 'release' }], deadline: null };
  const deadline = nextDeadline(session, policy);
  if (deadline && deadline.at <= now) return { actions: [destroy(deadline.name)], deadline };
  return { actions: owed(session), deadline };
}

function owed({
  openedAt,
  closeSent,
  closeWanted,
  terminated,
  threw,
}: Session): readonly SessionAction[] {
  if (terminated) return [destroy('application')];
  if (!(threw ?? closeWanted) || closeSent) return [];
  // RFC 6455 §7.1.7: before it is open there is nobody to send a Close frame to.
  if (openedAt === undefined) return [destroy('application')];
  const fault = { statusCode: 1011, reason: '', because: 'handler-threw' } as const;
  const wish = closeWanted && ({ ...closeWanted, because: 'application' } as const);
  return [{ kind: 'send-close', ...(threw || !wish ? fault : wish) }];
}

function destroy(because: GivenUp): SessionAction {
  return { kind: 'destroy', because };
}

/** The one that expires first. What starts and ends each: see deadlines.ts. */
function nextDeadline(session: Session, policy: SessionPolicy): SessionDecision['deadline'] {
  const { connectingAt, openedAt, closeSent, unsent } = session;
  if (openedAt === undefined) {
    return { name: 'opening-handshake', at: connectingAt + policy.openTimeout };
  }
  const closeBy = closeSent ? closeSent.at + policy.closeTimeout : Infinity;
  const flushBy = unsent?.bytes ? unsent.progressAt + policy.flushTimeout : Infinity;
  if (closeBy <= flushBy) return closeSent ? { name: 'closing-handshake', at: closeBy } : null;
  return { name: 'flush', at: flushBy };
}

/** How it ended: `outcome` for a session, of which only TCP could tell more. */
export function sessionOutcome(session: Session, unflushedBytes: number): CloseOutcome {
  const { connectingAt, openedAt = unknown, closeEvent, closeSent, endedAt = Number.NaN } = session;
  const { code = abnormalClosure, reason = '', wasClean = false } = closeEvent ?? {};
  const isReceived = code !== abnormalClosure;
  const hidden = { client: unknown, server: unknown } as const;
  // The browser answers with what it received.
  const sentAt = closeSent?.at ?? (wasClean ? endedAt : unknown);
  return {
    vantage: 'client',
    code,
    reason,
    wasClean,
    order: orderOf(session, isReceived),
    cause: causeOf(session, isReceived),
    tcp: {
      firstFin: unknown,
      timeWait: unknown,
      heldTimeWait: hidden,
      ended: hidden,
      basis: 'none',
    },
    error: errorOf(session),
    phases: {
      connectingAt,
      openedAt,
      closeAt: { client: sentAt, server: isReceived ? endedAt : unknown },
      finAt: hidden,
      rstAt: unknown,
      endedAt,
    },
    unflushedBytes,
  };
}

const unknown = 'unknown' as const;

function orderOf({ closeEvent, closeSent }: Session, isReceived: boolean): CloseOutcome['order'] {
  if (!isReceived) return closeSent ? 'sent-first' : 'none';
  const isReply = closeSent ? closeSent.isReply : closeEvent?.wasClean;
  return isReply ? 'received-first' : unknown;
}

function causeOf(session: Session, isReceived: boolean): CloseOutcome['cause'] {
  const { closeEvent, destroyed, error, failed, openedAt, threw } = session;
  if (destroyed) return destroyed === 'application' ? 'terminated' : `${destroyed}-deadline`;
  if (openedAt === undefined) return 'opening-failed';
  if (failed) return unknown;
  if (threw) return 'handler-threw';
  if (closeEvent?.wasClean) return 'closing-handshake';
  return error !== undefined && !isReceived ? 'failed' : unknown;
}

function errorOf({ closeEvent, error }: Session): CloseOutcome['error'] {
  if (error !== undefined) return { errno: null, message: error };
  return closeEvent?.wasClean ? null : unknown;
}
