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

/** What is known of the FINs of one end; asked once, as each answer goes through all that was seen. */
interface Fins {
  readonly sent: Answer;
  readonly received: Answer;
  /** Had it the peer's FIN before it sent its own? */
  readonly answers: Answer;
}

type FinsOfBoth = Readonly<Record<Role, Fins>>;

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
  const fins = finsOfBoth(connection);
  const held = timeWaitHeld(connection, fins);
  const fin = firstFin(connection, fins);
  const wait = timeWait(connection, { held, fins }, fin);
  return {
    firstFin: fin.holder,
    timeWait: wait.holder,
    heldTimeWait: held,
    ended: {
      client: endedBy(connection, fins, 'client'),
      server: endedBy(connection, fins, 'server'),
    },
    basis: basisOf(connection, [fin, wait]),
  };
}

/** The outcome's `heldTimeWait` alone. */
export function timeWaitHeld(
  connection: Connection,
  fins = finsOfBoth(connection),
): TcpOutcome['heldTimeWait'] {
  return {
    client: heldTimeWait(connection, fins, 'client'),
    server: heldTimeWait(connection, fins, 'server'),
  };
}

function finsOfBoth(connection: Connection): FinsOfBoth {
  return { client: finsOf(connection, 'client'), server: finsOf(connection, 'server') };
}

function finsOf(connection: Connection, role: Role): Fins {
  return {
    sent: sentFin(connection, role),
    received: receivedFin(connection, role),
    answers: answersFin(connection, role),
  };
}

/** Did `role` go into TIME-WAIT? Needs FINs both ways, its own before it had the peer's, and no reset. */
function heldTimeWait(connection: Connection, fins: FinsOfBoth, role: Role): Answer {
  if (wasSeenIn(connection, role, 'TIME-WAIT')) return 'yes';
  const own = fins[role];
  const excluded =
    own.answers === 'yes' ||
    receivedRst(connection, role) === 'yes' ||
    failed(connection, role) === 'yes' ||
    own.sent === 'no' ||
    fins[peerOf(role)].sent === 'no' ||
    own.received === 'no' ||
    connection.never[neverOf[role]['held-time-wait']];
  if (excluded) return 'no';
  return acknowledgedBothWays(connection, fins, role) ? 'yes' : 'unknown';
}

/** Its FIN was not an answer and is acknowledged, and so is the peer's: RFC 9293 leaves only TIME-WAIT. */
function acknowledgedBothWays(connection: Connection, fins: FinsOfBoth, role: Role): boolean {
  const peer = peerOf(role);
  const wentFirst = fins[role].answers === 'no' && fins[role].sent === 'yes';
  const acknowledged = connection[role].finAckedAt !== null || fins[peer].answers === 'yes';
  return wentFirst && acknowledged && connection[peer].finAckedAt !== null;
}

function firstFin(connection: Connection, { client, server }: FinsOfBoth): Conclusion {
  if (server.answers === 'yes') return known('client');
  if (client.answers === 'yes') return known('server');
  if (client.sent === 'no' && server.sent !== 'unknown')
    return known(server.sent === 'yes' ? 'server' : 'none');
  if (server.sent === 'no' && client.sent === 'yes') return known('client');
  const neitherAnswers = client.answers === 'no' && server.answers === 'no';
  if (client.sent === 'yes' && server.sent === 'yes' && neitherAnswers) return known('both');
  return { holder: alone(connection), inferred: true };
}

function alone(connection: Connection): Holder {
  const client = wasSeenIn(connection, 'client', 'FIN-WAIT-2');
  const server = wasSeenIn(connection, 'server', 'FIN-WAIT-2');
  if (client === server) return 'unknown';
  return client ? 'client' : 'server';
}

/** What was concluded so far. */
interface Told {
  readonly held: TcpOutcome['heldTimeWait'];
  readonly fins: FinsOfBoth;
}

function timeWait(connection: Connection, told: Told, first: Conclusion): Conclusion {
  const { client, server } = told.held;
  if (client !== 'unknown' && server !== 'unknown') {
    if (client === server) return known(client === 'yes' ? 'both' : 'none');
    return known(client === 'yes' ? 'client' : 'server');
  }
  const { holder } = first;
  const expected = holder === 'client' || holder === 'server' ? holder : null;
  const usual = expected !== null && usualCourse(connection, told, expected);
  return { holder: usual ? expected : 'unknown', inferred: true };
}

/** First FIN by `role`, an answer by the other, no reset on the way as far as was seen. */
function usualCourse(connection: Connection, { held, fins }: Told, role: Role): boolean {
  const peer = peerOf(role);
  const answered = fins[peer].sent === 'yes' && fins[role].sent === 'yes';
  const isReset = sentRst(connection, role) === 'yes' || sentRst(connection, peer) === 'yes';
  return answered && !isReset && held[role] !== 'no' && held[peer] !== 'yes';
}

function endedBy(connection: Connection, fins: FinsOfBoth, role: Role): TcpOutcome['ended'][Role] {
  const rst = sentRst(connection, role);
  if (rst !== 'no') return rst === 'yes' ? 'rst' : 'unknown';
  const { sent } = fins[role];
  if (sent === 'unknown') return sent;
  return sent === 'yes' ? 'fin' : 'open';
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
