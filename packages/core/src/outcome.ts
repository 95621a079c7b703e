import {
  type Answer,
  both,
  failed,
  handshakeDone,
  receivedClose,
  sentClose,
  sentCloseFirst,
} from './answers.ts';
import type { Cause } from './cause.ts';
import { abnormalClosure, noStatusReceived } from './close-codes.ts';
import { concludeCause, concludeCauseAt } from './conclude-cause.ts';
import type { Connection, Sighting } from './connection.ts';
import type { Vantage } from './observation.ts';
import { type TcpOutcome, tcpOutcome } from './tcp-outcome.ts';
import type { Role, Unknown } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/** How a connection ended, as far as its vantage shows. Exactly one for each connection. */
export interface CloseOutcome {
  readonly vantage: Vantage;
  /**
   * WHATWG `code`: of the Close frame received, 1005 if it had none, 1006 if no Close frame was received.
   * From the wire: of the Close frame that was sent first.
   */
  readonly code: number | Unknown;
  readonly reason: string;
  /** Both Close frames passed before TCP ended (RFC 6455 §7.1.4). */
  readonly wasClean: boolean | Unknown;
  /**
   * Who sent Close before having received one. At an end: `sent-first`, whether or not the peer's
   * crossed it. On the wire: a role, or `crossed` where packets prove it.
   */
  readonly order: 'sent-first' | 'received-first' | Role | 'crossed' | 'none' | Unknown;
  readonly cause: Cause;
  readonly tcp: TcpOutcome;
  /** What the kernel reported to this end. null: nothing. */
  readonly error: { readonly errno: string | null; readonly message: string } | null | Unknown;
  readonly phases: Phases;
  /** Bytes that `send` took and that never left. */
  readonly unflushedBytes: number | Unknown;
}

/** The outcome as an application gets it: one object for each connection, wherever it is handed out. */
export interface Ending extends CloseOutcome {
  /** One line, made of the facts. */
  readonly text: string;
  /**
   * How long the server asked to wait before coming back, ms: in the reason of its Close frame (see
   * retry-after.ts) or by HTTP's Retry-After, which a browser hides. null: it did not ask.
   */
  readonly retryAfter: number | null;
  /** The HTTP status of a refusal, which a browser hides. */
  readonly httpStatus: number | null;
}

/** When each phase began, at this vantage, ms on the connection's clock. `unknown`: not, or not seen. */
export interface Phases {
  readonly connectingAt: number | Unknown;
  readonly openedAt: number | Unknown;
  /** The Close frame of each: sent, received, or seen passing. */
  readonly closeAt: Readonly<Record<Role, number | Unknown>>;
  readonly finAt: Readonly<Record<Role, number | Unknown>>;
  readonly rstAt: number | Unknown;
  readonly endedAt: number;
}

/** What an application's close event says. */
export interface CloseEventFacts {
  readonly code: number | Unknown;
  readonly reason: string;
  readonly wasClean: boolean | Unknown;
}

/** The outcome; null as long as the connection has not ended for its own vantage. */
export function outcome(connection: Connection): CloseOutcome | null {
  const { vantage } = connection;
  const endedAt = connection.endedAt[vantage];
  if (endedAt === undefined) return null;
  if (vantage !== 'wire') return outcomeAt(connection, vantage);
  return {
    vantage,
    ...onTheWire(connection),
    order: orderOnTheWire(connection),
    cause: concludeCause(connection),
    tcp: tcpOutcome(connection),
    error: 'unknown',
    phases: phases(connection, vantage),
    unflushedBytes: connection.unflushedBytes,
  };
}

function outcomeAt(connection: Connection, role: Role): CloseOutcome {
  const { code, reason, wasClean } = closeEventAt(connection, role);
  return {
    vantage: role,
    code,
    reason,
    wasClean,
    order: orderAt(connection, role),
    cause: concludeCauseAt(connection, role),
    tcp: tcpOutcome(connection),
    error: errorAt(connection, role),
    phases: phases(connection, role),
    unflushedBytes: connection.unflushedBytes,
  };
}

/** What the application at `role` saw, or would have seen: WHATWG's close event. */
export function closeEventAt(connection: Connection, role: Role): CloseEventFacts {
  const wasClean = toBoolean(handshakeDone(connection, role));
  const received = receivedClose(connection, role);
  if (received === 'no') return { code: abnormalClosure, reason: '', wasClean };
  if (received === 'unknown') return { code: 'unknown', reason: '', wasClean };
  const { code, reason } = frameOf(connection, peerOf(role));
  return { code, reason, wasClean };
}

function onTheWire(connection: Connection): CloseEventFacts {
  const sent = both(sentClose(connection, 'client'), sentClose(connection, 'server'));
  const wasClean = toBoolean(sent);
  const who = orderOnTheWire(connection);
  if (who === 'client' || who === 'server') return { ...frameOf(connection, who), wasClean };
  if (who === 'none') return { code: abnormalClosure, reason: '', wasClean };
  const [a, b] = [frameOf(connection, 'client'), frameOf(connection, 'server')];
  const same = sent === 'yes' && a.code === b.code && a.reason === b.reason;
  return same ? { ...a, wasClean } : { code: 'unknown', reason: '', wasClean };
}

/** What a Close frame says. That there was one may be known without it having been seen: by the reply. */
function frameOf(connection: Connection, role: Role): Omit<CloseEventFacts, 'wasClean'> {
  const frame = connection[role].closeFrame;
  if (frame === null) return { code: 'unknown', reason: '' };
  return { code: frame.statusCode ?? noStatusReceived, reason: frame.reason };
}

function orderOnTheWire(connection: Connection): CloseOutcome['order'] {
  const [client, server] = [sentClose(connection, 'client'), sentClose(connection, 'server')];
  if (client === 'no' && server === 'no') return 'none';
  const clientFirst = sentCloseFirst(connection, 'client');
  const serverFirst = sentCloseFirst(connection, 'server');
  if (clientFirst === 'yes' && serverFirst === 'yes') return 'crossed';
  if (clientFirst === 'yes' && serverFirst === 'no') return 'client';
  return serverFirst === 'yes' && clientFirst === 'no' ? 'server' : 'unknown';
}

function orderAt(connection: Connection, role: Role): CloseOutcome['order'] {
  const sent = sentClose(connection, role);
  const received = receivedClose(connection, role);
  if (sent === 'no' && received === 'no') return 'none';
  const first = sentCloseFirst(connection, role);
  if (first === 'yes') return 'sent-first';
  return first === 'no' && received === 'yes' ? 'received-first' : 'unknown';
}

function errorAt(connection: Connection, role: Role): CloseOutcome['error'] {
  const answer = failed(connection, role);
  if (answer === 'unknown') return 'unknown';
  const { error } = connection[role];
  return error && { errno: error.errno, message: error.message };
}

function phases(connection: Connection, vantage: Vantage): Phases {
  const { client, server, foreignRst } = connection;
  const endRstAt = earlier(seenAt(client.rst, vantage), seenAt(server.rst, vantage));
  return {
    connectingAt: connection.connectingAt ?? 'unknown',
    openedAt: connection.openedAt ?? 'unknown',
    closeAt: {
      client: seenAt(client.closeFrame, vantage),
      server: seenAt(server.closeFrame, vantage),
    },
    finAt: { client: seenAt(client.fin, vantage), server: seenAt(server.fin, vantage) },
    rstAt: earlier(endRstAt, seenAt(foreignRst, vantage)),
    endedAt: connection.endedAt[vantage] ?? Number.NaN,
  };
}

type Time = number | Unknown;

function seenAt(sighting: Sighting | null, vantage: Vantage): Time {
  return sighting?.times[vantage] ?? 'unknown';
}

function earlier(a: Time, b: Time): Time {
  if (a === 'unknown') return b;
  return b === 'unknown' ? a : Math.min(a, b);
}

function toBoolean(answer: Answer): boolean | Unknown {
  return answer === 'unknown' ? answer : answer === 'yes';
}
