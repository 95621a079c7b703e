import {
  type Answer,
  aborted,
  both,
  either,
  failed,
  handshakeDone,
  not,
  opened,
  receivedFin,
  receivedRst,
  sentClose,
  sentFin,
  sentRst,
  threw,
  violated,
} from './answers.ts';
import type { Because, Cause } from './cause.ts';
import type { Connection } from './connection.ts';
import type { Role } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/** What ended the connection, as its vantage shows it. */
export function concludeCause(connection: Connection): Cause {
  const { vantage } = connection;
  if (vantage !== 'wire') return concludeCauseAt(connection, vantage);
  return connection.refused ? 'opening-refused' : onTheWire(connection);
}

/** What ended the connection for one end. */
export function concludeCauseAt(connection: Connection, role: Role): Cause {
  return connection.refused ? 'opening-refused' : atEnd(connection, role);
}

/** The first that applies; one that is not decided hides all behind it. */
function atEnd(connection: Connection, role: Role): Cause {
  return (
    gaveUp(connection, role) ??
    causeIf(not(opened(connection)), 'opening-failed') ??
    causeIf(violated(connection, peerOf(role)), 'protocol-violation') ??
    causeIf(threw(connection, role), 'handler-threw') ??
    causeIf(handshakeDone(connection, role), 'closing-handshake') ??
    causeIf(failed(connection, role), ofError(connection[role].error?.errno)) ??
    causeIf(receivedRst(connection, role), 'reset') ??
    causeIf(receivedFin(connection, role), 'fin-without-close-frame') ??
    'unknown'
  );
}

function onTheWire(connection: Connection): Cause {
  const eitherEnd = (did: (connection: Connection, role: Role) => Answer): Answer =>
    either(did(connection, 'client'), did(connection, 'server'));
  const closed = both(sentClose(connection, 'client'), sentClose(connection, 'server'));
  return (
    causeIf(not(opened(connection)), 'opening-failed') ??
    causeIf(closed, 'closing-handshake') ??
    causeIf(connection.foreignRst ? 'yes' : eitherEnd(sentRst), 'reset') ??
    causeIf(eitherEnd(sentFin), 'fin-without-close-frame') ??
    'unknown'
  );
}

/** null: it was not that. */
function causeIf(applies: Answer, cause: Cause): Cause | null {
  if (applies === 'no') return null;
  return applies === 'yes' ? cause : 'unknown';
}

/** Its application reset or destroyed the socket, unless that was the policy's way or an answer. */
function gaveUp(connection: Connection, role: Role): Cause | null {
  const answer = aborted(connection, role);
  const { rst, destroyed } = connection[role];
  const why = rst?.because ?? destroyed?.because;
  if (answer !== 'yes') return causeIf(answer, 'unknown');
  return why === undefined ? 'unknown' : ofAbort(why);
}

function ofAbort(because: Because): Cause | null {
  switch (because) {
    case 'peer':
    case 'policy':
    case 'heartbeat':
      return null;
    case 'application':
      return 'terminated';
    case 'handler-threw':
    case 'protocol-violation':
      return because;
    default:
      return `${because}-deadline`;
  }
}

const unreachable = /* @__PURE__ */ new Set([
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
]);
const reset = /* @__PURE__ */ new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function ofError(errno: string | null | undefined): Cause {
  if (errno != null && reset.has(errno)) return 'reset';
  return errno != null && unreachable.has(errno) ? 'unreachable' : 'failed';
}
