import { opened, receivedFin } from './answers.ts';
import type { DeadlineName } from './cause.ts';
import type { Connection, End, Sighting } from './connection.ts';
import { isEnded } from './connection.ts';
import type { Policy } from './policy.ts';
import type { Role } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/**
 * Everything that one end waits for, each with a name and a time. What starts and what ends each:
 *
 *   opening-handshake  connecting .. opened
 *   heartbeat          last heard from the peer .. heard again; expiry sends a ping
 *   heartbeat-reply    ping sent .. heard again; suspended while reading is paused
 *   closing-handshake  our Close sent .. the peer's Close (or FIN)
 *   fin                both Close frames passed .. the peer's FIN
 *   flush              data unsent .. sent; progress counts only while neither side has ended its stream
 *   paused             reading paused .. resumed
 *   drain              drain asked for .. the end
 *
 * Nothing else starts or moves one. A deadline is derived from what is known, never stored.
 */
export interface Deadline {
  readonly name: DeadlineName;
  /** ms on the connection's clock. */
  readonly at: number;
}

type Wait = (connection: Connection, policy: Policy) => Deadline | null;

/** What may be waited for before it is open, and from then on. */
const openingWaits: readonly Wait[] = [drain, paused, openingHandshake];
const openWaits: readonly Wait[] = [drain, paused, heartbeat, closingHandshake, fin, flush];

/** All waits of the policy's own end that are pending, in no order. */
export function deadlines(connection: Connection, policy: Policy): readonly Deadline[] {
  const all = waitsOf(connection, policy).map((pending) => pending(connection, policy));
  return all.filter((deadline) => deadline !== null);
}

/** The one of them that expires first. */
export function nextDeadline(connection: Connection, policy: Policy): Deadline | null {
  let next: Deadline | null = null;
  for (const pending of waitsOf(connection, policy)) {
    const deadline = pending(connection, policy);
    if (deadline && (!next || deadline.at < next.at)) next = deadline;
  }
  return next;
}

function waitsOf(connection: Connection, policy: Policy): readonly Wait[] {
  if (isEnded(connection) || isOver(connection, policy.local)) return [];
  return opened(connection) === 'yes' ? openWaits : openingWaits;
}

/**
 * Is there nothing left to do or to wait for at `role`, but to release the socket? After a reset, an
 * error, its own destruction, a refusal, or both FINs with all data sent.
 */
export function isOver(connection: Connection, role: Role): boolean {
  const { rst, destroyed, error, exitedAt, fin } = connection[role];
  if (destroyed || error || connection.refused || exitedAt !== null) return true;
  const isReset = (reset: Sighting | null): boolean => reset?.times[role] !== undefined;
  if (isReset(rst) || isReset(connection[peerOf(role)].rst) || isReset(connection.foreignRst))
    return true;
  return fin !== null && peerFinCame(connection, role) && unsentBytes(connection, role) === 0;
}

/** Bytes that `role` has not yet handed to the network, as of the latest word. */
export function unsentBytes(connection: Connection, role: Role): number {
  return connection[role].unsent?.bytes ?? 0;
}

/** When the stream of the peer came to its end for the application at `role`: by FIN, or close_notify. */
export function peerStreamEndedAt(connection: Connection, role: Role): number | null {
  const { fin, closeNotifyAt } = connection[peerOf(role)];
  return earliest(fin?.times[role], closeNotifyAt);
}

/**
 * Has the peer's FIN come, and with nothing unread before it? The kernel's word (CLOSE-WAIT) counts only
 * where nothing can be unread: after both Close frames, or close_notify.
 */
export function peerFinCame(connection: Connection, role: Role): boolean {
  const { fin, closeNotifyAt } = connection[peerOf(role)];
  if (fin?.times[role] !== undefined) return true;
  const allRead = closeNotifyAt !== null || handshakeDoneAt(connection, role) !== null;
  return allRead && receivedFin(connection, role) === 'yes';
}

/** When both Close frames had passed at `role`; null if they have not. */
export function handshakeDoneAt(connection: Connection, role: Role): number | null {
  const receivedAt = connection[peerOf(role)].closeFrame?.times[role] ?? null;
  const sentAt = earliestOf(connection[role].closeFrame);
  return sentAt === null || receivedAt === null ? null : Math.max(sentAt, receivedAt);
}

/** When an end ended its stream: its FIN is sent, or waits behind unsent data. */
export function finSentAt({ fin, finQueuedAt }: End): number | null {
  return earliest(finQueuedAt, earliestOf(fin));
}

/** When reading was paused, if it is. */
export function pausedSince(end: End): number | null {
  return end.reading?.paused ? end.reading.at : null;
}

function openingHandshake({ connectingAt }: Connection, policy: Policy): Deadline | null {
  return wait('opening-handshake', connectingAt, policy.openTimeout);
}

function drain(connection: Connection, policy: Policy): Deadline | null {
  return wait('drain', connection[policy.local].drainAt, policy.drainTimeout);
}

function paused(connection: Connection, policy: Policy): Deadline | null {
  return wait('paused', pausedSince(connection[policy.local]), policy.pausedTimeout);
}

function heartbeat(connection: Connection, policy: Policy): Deadline | null {
  const end = connection[policy.local];
  const peer = connection[peerOf(policy.local)];
  if (!policy.heartbeat || pausedSince(end) !== null) return null;
  const received = peer.closeFrame?.times[policy.local] !== undefined;
  const isClosing = end.closeFrame !== null || received || finSentAt(end) !== null;
  if (isClosing || peerStreamEndedAt(connection, policy.local) !== null) return null;
  // What arrived while reading was paused could not be heard: the wait begins again with the reading.
  const resumedAt = end.reading?.at ?? -Infinity;
  const awakeAt = Math.max(connection.openedAt ?? 0, resumedAt);
  const pingAt = end.pingAt ?? -Infinity;
  return heartbeatWait(policy.heartbeat, { pingAt, heardAt: peer.heardAt ?? -Infinity, awakeAt });
}

/**
 * The one of the two waits of a heartbeat that is pending. All ms: the latest ping, when the peer was heard last,
 * and since when it can be heard. What never was is before all that was.
 */
export function heartbeatWait(
  { interval, timeout }: Exclude<Policy['heartbeat'], false>,
  { pingAt, heardAt, awakeAt }: Record<'pingAt' | 'heardAt' | 'awakeAt', number>,
): Deadline {
  return pingAt > heardAt
    ? { name: 'heartbeat-reply', at: Math.max(pingAt, awakeAt) + timeout }
    : { name: 'heartbeat', at: Math.max(heardAt, awakeAt) + interval };
}

function closingHandshake(connection: Connection, policy: Policy): Deadline | null {
  const { local, closeTimeout } = policy;
  const sentAt = earliestOf(connection[local].closeFrame);
  const received = connection[peerOf(local)].closeFrame?.times[local] !== undefined;
  if (received || peerStreamEndedAt(connection, local) !== null) return null;
  return wait('closing-handshake', sentAt, closeTimeout);
}

/**
 * RFC 6455 §7.1.1 wants the server's FIN first, so a client may wait for nothing. If both ends wait for
 * each other the server gives in: it holds back for half of the time, so that the other half, in which
 * the client still waits, is left for the answer.
 */
function fin(connection: Connection, policy: Policy): Deadline | null {
  const { local, finTimeout, closeNotifyGrace } = policy;
  if (peerFinCame(connection, local)) return null;
  const end = connection[local];
  const notifiedAt = connection[peerOf(local)].closeNotifyAt;
  if (notifiedAt !== null && finSentAt(end) === null)
    return wait('fin', notifiedAt, closeNotifyGrace);
  const doneAt = handshakeDoneAt(connection, local);
  const sentAt = finSentAt(end);
  if (sentAt === null) {
    return wait('fin', doneAt, givesInFirst(policy) ? finTimeout / 2 : finTimeout);
  }
  const began = doneAt ?? sentAt;
  return wait('fin', Math.max(began + finTimeout, sentAt + finTimeout / 2), 0);
}

/** Is it the side that sends FIN when both wait for each other? */
export function givesInFirst(policy: Policy): boolean {
  return policy.local === 'server';
}

/** A FIN that does not get out waits behind data, even if nobody counted it. */
function flush(connection: Connection, policy: Policy): Deadline | null {
  const { local, flushTimeout } = policy;
  const { unsent, fin, finQueuedAt } = connection[local];
  const isStuck = finQueuedAt !== null && fin === null;
  if (!isStuck && unsentBytes(connection, local) === 0) return null;
  const endsAt = earliest(finSentAt(connection[local]), peerStreamEndedAt(connection, local));
  if (endsAt === null) return wait('flush', unsent?.progressAt ?? null, flushTimeout);
  return wait('flush', Math.max(endsAt, unsent?.since ?? endsAt), flushTimeout);
}

function wait(name: DeadlineName, from: number | null, duration: number): Deadline | null {
  return from === null ? null : { name, at: from + duration };
}

/** When something was first seen, anywhere. */
function earliestOf(sighting: Sighting | null): number | null {
  if (sighting === null) return null;
  const { client, server, wire } = sighting.times;
  return earliest(earliest(client, server), wire);
}

type Time = number | null | undefined;

function earliest(a: Time, b: Time): number | null {
  if (a == null) return b ?? null;
  return b == null || a <= b ? a : b;
}
