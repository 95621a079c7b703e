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
  return connection.refused ? 'opening-refused' : firstOf(onTheWire(connection));
}

/** What ended the connection for one end. */
export function concludeCauseAt(connection: Connection, role: Role): Cause {
  return connection.refused ? 'opening-refused' : firstOf(atEnd(connection, role));
}

type Candidate = readonly [applies: Answer, cause: Cause];

/** The first that applies; one that is not decided hides all behind it. */
function firstOf(candidates: readonly Candidate[]): Cause {
  const decisive = candidates.find(([applies]) => applies !== 'no');
  return decisive?.[0] === 'yes' ? decisive[1] : 'unknown';
}

function atEnd(connection: Connection, role: Role): readonly Candidate[] {
  return [
    gaveUp(connection, role),
    [not(opened(connection)), 'opening-failed'],
    [violated(connection, peerOf(role)), 'protocol-violation'],
    [threw(connection, role), 'handler-threw'],
    [handshakeDone(connection, role), 'closing-handshake'],
    [failed(connection, role), ofError(connection[role].error?.errno)],
    [receivedRst(connection, role), 'reset'],
    [receivedFin(connection, role), 'fin-without-close-frame'],
  ];
}

function onTheWire(connection: Connection): readonly Candidate[] {
  const foreign: Answer = connection.foreignRst ? 'yes' : 'no';
  const rst = either(sentRst(connection, 'client'), sentRst(connection, 'server'));
  return [
    [not(opened(connection)), 'opening-failed'],
    [both(sentClose(connection, 'client'), sentClose(connection, 'server')), 'closing-handshake'],
    [either(foreign, rst), 'reset'],
    [
      either(sentFin(connection, 'client'), sentFin(connection, 'server')),
      'fin-without-close-frame',
    ],
  ];
}

/** Its application reset or destroyed the socket, unless that was the policy's way or an answer. */
function gaveUp(connection: Connection, role: Role): Candidate {
  const answer = aborted(connection, role);
  const { rst, destroyed } = connection[role];
  const why = rst?.because ?? destroyed?.because;
  if (answer !== 'yes' || why === undefined) return [answer, 'unknown'];
  const cause = ofAbort(why);
  return cause === null ? ['no', 'unknown'] : ['yes', cause];
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
