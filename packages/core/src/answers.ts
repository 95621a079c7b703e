import type { Connection, Sighting } from './connection.ts';
import type { Never } from './observation.ts';
import type { Role, TcpState, Unknown } from './tcp-state.ts';
import { finProof, peerOf } from './tcp-teardown.ts';

/**
 * Questions to a connection, with three answers. `yes` needs something seen, `no` needs a witness that
 * missed nothing (or something that excludes it), anything else is `unknown`. Everything concluded in
 * outcome.ts is made of these by Kleene's logic, which never turns an answer into another when more
 * becomes known. That is why taking observations away can only lead to `unknown`.
 */
export type Answer = 'yes' | 'no' | Unknown;

/** Kleene's and. */
export function both(a: Answer, b: Answer): Answer {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' && b === 'yes' ? 'yes' : 'unknown';
}

/** Kleene's or. */
export function either(a: Answer, b: Answer): Answer {
  return not(both(not(a), not(b)));
}

/** Kleene's not. */
export function not(a: Answer): Answer {
  if (a === 'unknown') return a;
  return a === 'yes' ? 'no' : 'yes';
}

/** Seen: yes. Sworn never to have been: no. */
function seenOr(seen: boolean, connection: Connection, never: Never): Answer {
  if (seen) return 'yes';
  return connection.never[never] ? 'no' : 'unknown';
}

type OfRole<N> = N extends `${Role}-${infer What}` ? What : never;

/** What an end never did, by name: these are asked for too often to put their names together each time. */
export const neverOf = { client: namesOf('client'), server: namesOf('server') };

function namesOf(role: Role): Readonly<Record<OfRole<Never>, Never>> {
  return {
    'sent-close': `${role}-sent-close`,
    'received-close': `${role}-received-close`,
    'sent-fin': `${role}-sent-fin`,
    'received-fin': `${role}-received-fin`,
    'sent-rst': `${role}-sent-rst`,
    'received-rst': `${role}-received-rst`,
    aborted: `${role}-aborted`,
    failed: `${role}-failed`,
    threw: `${role}-threw`,
    violated: `${role}-violated`,
    'held-time-wait': `${role}-held-time-wait`,
  };
}

/** Did the opening handshake complete? */
export function opened(connection: Connection): Answer {
  return seenOr(connection.openedAt !== null, connection, 'opened');
}

/** Did the application at `role` send a Close frame? Seen anywhere, or replied to, it was sent. */
export function sentClose(connection: Connection, role: Role): Answer {
  const isAnswered = connection[peerOf(role)].closeFrame?.hadPeerClose === true;
  const seen = connection[role].closeFrame !== null || isAnswered;
  return seenOr(seen, connection, neverOf[role]['sent-close']);
}

/** Did the application at `role` receive a Close frame? */
export function receivedClose(connection: Connection, role: Role): Answer {
  const peer = peerOf(role);
  if (sentClose(connection, peer) === 'no') return 'no';
  const seen = connection[peer].closeFrame?.times[role] !== undefined;
  return seenOr(seen, connection, neverOf[role]['received-close']);
}

/** Did `role` send its Close before it had received one? */
export function sentCloseFirst(connection: Connection, role: Role): Answer {
  const sent = sentClose(connection, role);
  const received = receivedClose(connection, role);
  if (sent === 'no' || received === 'no') return sent;
  const had = connection[role].closeFrame?.hadPeerClose;
  if (typeof had === 'boolean') return had ? 'no' : 'yes';
  // What a reply replies to was sent before anything came back.
  return connection[peerOf(role)].closeFrame?.hadPeerClose === true ? 'yes' : 'unknown';
}

/** Have both Close frames passed, as `role` sees it? */
export function handshakeDone(connection: Connection, role: Role): Answer {
  return both(sentClose(connection, role), receivedClose(connection, role));
}

/** Did `role` send a FIN? Seen anywhere, or answered, it was sent. */
export function sentFin(connection: Connection, role: Role): Answer {
  const own = proves(connection, role, (proof) => proof.sent);
  const other = proves(connection, peerOf(role), (proof) => proof.received);
  const isAnswered = connection[peerOf(role)].fin?.hadPeerFin === true;
  const seen = connection[role].fin !== null || own || other || isAnswered;
  return seenOr(seen, connection, neverOf[role]['sent-fin']);
}

/** Did the kernel at `role` receive the peer's FIN? */
export function receivedFin(connection: Connection, role: Role): Answer {
  const peer = connection[peerOf(role)];
  const seen =
    peer.fin?.times[role] !== undefined ||
    peer.finAckedAt !== null ||
    connection[role].fin?.hadPeerFin === true ||
    proves(connection, role, (proof) => proof.received);
  if (!seen && sentFin(connection, peerOf(role)) === 'no') return 'no';
  return seenOr(seen, connection, neverOf[role]['received-fin']);
}

/**
 * Is it the answering end: had it received the peer's FIN before it sent its own (if it did)? Only one of
 * the two can be; if it is one end, it is not the other.
 */
export function answersFin(connection: Connection, role: Role): Answer {
  const own = orderKnown(connection, role);
  if (own !== 'unknown') return own;
  if (orderKnown(connection, peerOf(role)) === 'yes') return 'no';
  return receivedFin(connection, role) === 'no' ? 'no' : 'unknown';
}

/** The way one end went, by what was seen of it: `yes` the lower (CLOSE-WAIT), `no` the upper (FIN-WAIT-1). */
function orderKnown(connection: Connection, role: Role): Answer {
  const had = connection[role].fin?.hadPeerFin;
  if (had === false || proves(connection, role, (proof) => proof.order === 'first')) return 'no';
  const lower = proves(connection, role, (proof) => proof.received && proof.order !== 'first');
  return had === true || lower ? 'yes' : 'unknown';
}

/** Did `role` send an RST? */
export function sentRst(connection: Connection, role: Role): Answer {
  return seenOr(connection[role].rst !== null, connection, neverOf[role]['sent-rst']);
}

/** Did an RST reach `role`? */
export function receivedRst(connection: Connection, role: Role): Answer {
  const seen =
    isSeenAt(connection[peerOf(role)].rst, role) || isSeenAt(connection.foreignRst, role);
  return seenOr(seen, connection, neverOf[role]['received-rst']);
}

/** Did its kernel report an error to `role`? */
export function failed(connection: Connection, role: Role): Answer {
  return seenOr(connection[role].error !== null, connection, neverOf[role].failed);
}

/** Did a handler at `role` throw? */
export function threw(connection: Connection, role: Role): Answer {
  return seenOr(connection[role].threw !== null, connection, neverOf[role].threw);
}

/** Did `role` break RFC 6455? */
export function violated(connection: Connection, role: Role): Answer {
  return seenOr(connection[role].violation !== null, connection, neverOf[role].violated);
}

/** Did the application at `role` reset or destroy its socket? */
export function aborted(connection: Connection, role: Role): Answer {
  const { rst, destroyed } = connection[role];
  // A reset without a reason is the kernel's: data after close, or unread data.
  const seen = destroyed !== null || (isSeenAt(rst, role) && rst?.because != null);
  return seenOr(seen, connection, neverOf[role].aborted);
}

/** Was `role` ever seen in this tcpState? */
export function wasSeenIn(connection: Connection, role: Role, tcpState: TcpState): boolean {
  return connection[role].tcpStates[tcpState] !== undefined;
}

function isSeenAt(sighting: Sighting | null, role: Role): boolean {
  return sighting?.times[role] !== undefined;
}

type Proof = NonNullable<ReturnType<typeof finProof>>;

function proves(connection: Connection, role: Role, what: (proof: Proof) => boolean): boolean {
  for (const tcpState in connection[role].tcpStates) {
    const proof = finProof(tcpState as TcpState);
    if (proof !== null && what(proof)) return true;
  }
  return false;
}
