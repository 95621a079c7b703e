import {
  type Answer,
  answersFin,
  failed,
  neverOf,
  receivedFin,
  receivedRst,
  sentFin,
  sentRst,
  wasSeenIn,
} from './answers.ts';
import type { Connection } from './connection.ts';
import type { Role, Unknown } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/** Which ends something is true of. */
export type Holder = Role | 'both' | 'none' | Unknown;

/** How TCP ended. */
export interface TcpOutcome {
  /** Who sent FIN before having received one; `both`: the FINs crossed. */
  readonly firstFin: Holder;
  /** Who went into TIME-WAIT. */
  readonly timeWait: Holder;
  /** The same for each end alone: often only one's own is known. */
  readonly heldTimeWait: Readonly<Record<Role, Answer>>;
  /**
   * How each end let go: by an RST (which goes out unless the connection is already gone), by FIN
   * alone, or not at all (`open`).
   */
  readonly ended: Readonly<Record<Role, 'fin' | 'rst' | 'open' | Unknown>>;
  /**
   * What `firstFin` and `timeWait` rest on. `inferred`: at least one follows from the usual course of
   * TCP (see below) and was not seen; `none`: neither is known.
   */
  readonly basis: 'kernel' | 'packets' | 'inferred' | 'none';
}

/** An answer, and whether it is only inferred. */
interface Conclusion {
  readonly holder: Holder;
  readonly inferred: boolean;
}

/**
 * Two inferences are made, and labelled. (1) An end in FIN-WAIT-2 was alone in sending the first FIN: its
 * FIN was acknowledged and no FIN had come. Only a crossing FIN that was lost on its first way looks the
 * same. (2) The end that sent the first FIN and was answered by FIN holds TIME-WAIT, and the other does
 * not: nobody can look into the other kernel, where the socket may have been reset.
 */
export function tcpOutcome(connection: Connection): TcpOutcome {
  const held = {
    client: heldTimeWait(connection, 'client'),
    server: heldTimeWait(connection, 'server'),
  };
  const fin = firstFin(connection);
  const wait = timeWait(connection, held, fin);
  return {
    firstFin: fin.holder,
    timeWait: wait.holder,
    heldTimeWait: held,
    ended: { client: endedBy(connection, 'client'), server: endedBy(connection, 'server') },
    basis: basisOf(connection, [fin, wait]),
  };
}

/** Did `role` go into TIME-WAIT? Needs FINs both ways, its own before it had the peer's, and no reset. */
export function heldTimeWait(connection: Connection, role: Role): Answer {
  if (wasSeenIn(connection, role, 'TIME-WAIT')) return 'yes';
  const peer = peerOf(role);
  const excluded =
    answersFin(connection, role) === 'yes' ||
    receivedRst(connection, role) === 'yes' ||
    failed(connection, role) === 'yes' ||
    sentFin(connection, role) === 'no' ||
    sentFin(connection, peer) === 'no' ||
    receivedFin(connection, role) === 'no' ||
    connection.never[neverOf[role]['held-time-wait']];
  if (excluded) return 'no';
  return acknowledgedBothWays(connection, role) ? 'yes' : 'unknown';
}

/** Its FIN was not an answer and is acknowledged, and so is the peer's: RFC 9293 leaves only TIME-WAIT. */
function acknowledgedBothWays(connection: Connection, role: Role): boolean {
  const peer = peerOf(role);
  const wentFirst = answersFin(connection, role) === 'no' && sentFin(connection, role) === 'yes';
  const acknowledged =
    connection[role].finAckedAt !== null || answersFin(connection, peer) === 'yes';
  return wentFirst && acknowledged && connection[peer].finAckedAt !== null;
}

function firstFin(connection: Connection): Conclusion {
  if (answersFin(connection, 'server') === 'yes') return known('client');
  if (answersFin(connection, 'client') === 'yes') return known('server');
  const [client, server] = [sentFin(connection, 'client'), sentFin(connection, 'server')];
  if (client === 'no' && server !== 'unknown') return known(server === 'yes' ? 'server' : 'none');
  if (server === 'no' && client === 'yes') return known('client');
  const neitherAnswers =
    answersFin(connection, 'client') === 'no' && answersFin(connection, 'server') === 'no';
  if (client === 'yes' && server === 'yes' && neitherAnswers) return known('both');
  return { holder: alone(connection), inferred: true };
}

function alone(connection: Connection): Holder {
  const client = wasSeenIn(connection, 'client', 'FIN-WAIT-2');
  const server = wasSeenIn(connection, 'server', 'FIN-WAIT-2');
  if (client === server) return 'unknown';
  return client ? 'client' : 'server';
}

type Held = TcpOutcome['heldTimeWait'];

function timeWait(connection: Connection, held: Held, first: Conclusion): Conclusion {
  const { client, server } = held;
  if (client !== 'unknown' && server !== 'unknown') {
    if (client === server) return known(client === 'yes' ? 'both' : 'none');
    return known(client === 'yes' ? 'client' : 'server');
  }
  const { holder } = first;
  const expected = holder === 'client' || holder === 'server' ? holder : null;
  const usual = expected !== null && usualCourse(connection, held, expected);
  return { holder: usual ? expected : 'unknown', inferred: true };
}

/** First FIN by `role`, an answer by the other, no reset on the way as far as was seen. */
function usualCourse(connection: Connection, held: Held, role: Role): boolean {
  const peer = peerOf(role);
  const answered = sentFin(connection, peer) === 'yes' && sentFin(connection, role) === 'yes';
  const isReset = sentRst(connection, role) === 'yes' || sentRst(connection, peer) === 'yes';
  return answered && !isReset && held[role] !== 'no' && held[peer] !== 'yes';
}

function endedBy(connection: Connection, role: Role): TcpOutcome['ended'][Role] {
  const rst = sentRst(connection, role);
  if (rst !== 'no') return rst === 'yes' ? 'rst' : 'unknown';
  const fin = sentFin(connection, role);
  if (fin === 'unknown') return fin;
  return fin === 'yes' ? 'fin' : 'open';
}

function basisOf(
  { tcpSeenBy }: Connection,
  conclusions: readonly Conclusion[],
): TcpOutcome['basis'] {
  const answers = conclusions.filter(({ holder }) => holder !== 'unknown');
  if (answers.length === 0) return 'none';
  if (answers.some(({ inferred }) => inferred)) return 'inferred';
  return tcpSeenBy.packets && !tcpSeenBy.kernel ? 'packets' : 'kernel';
}

function known(holder: Holder): Conclusion {
  return { holder, inferred: false };
}
