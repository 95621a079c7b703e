import type { Observation } from './observation.ts';
import { isTcpState } from './tcp-teardown.ts';

type Kind = Observation['kind'];
type Check = (value: unknown) => boolean;

const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const size: Check = (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value);
const text: Check = (value) => typeof value === 'string';
const code: Check = (value) => value === null || (Number.isInteger(value) && size(value));
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const role = oneOf('client', 'server');
const vantage = oneOf('client', 'server', 'wire');
const known = oneOf(true, false, 'unknown');

const bytesBy = { by: role, seenAt: vantage, bytes: size };
const bytesOf = { of: role, bytes: size };

/** What each kind must have to be taken in. Foreign input is checked here once, and nowhere else. */
const shapes: Record<Kind, Readonly<Record<string, Check>>> = {
  connecting: {},
  opened: {},
  refused: { httpStatus: code, retryAfter: optional((value) => value === null || size(value)) },
  'close-frame': {
    by: role,
    seenAt: vantage,
    statusCode: code,
    reason: text,
    hadPeerClose: known,
    because: optional(text),
  },
  'tls-close-notify': { by: role },
  fin: { by: role, seenAt: vantage, hadPeerFin: known, because: optional(text) },
  'fin-queued': { of: role, because: optional(text) },
  'fin-acked': { by: role },
  rst: { by: oneOf('client', 'server', 'unknown'), seenAt: vantage, because: optional(text) },
  destroyed: { of: role, because: text },
  error: { of: role, errno: (value) => value === null || text(value), message: text },
  'tcp-state': { of: role, tcpState: isTcpState, owned: known },
  data: bytesBy,
  ping: bytesBy,
  pong: bytesBy,
  retransmission: { by: role, bytes: size },
  unsent: bytesOf,
  unread: bytesOf,
  reading: { of: role, paused: oneOf(true, false) },
  application: {
    of: role,
    did: oneOf('close', 'drain', 'terminate', 'threw', 'exited'),
    statusCode: optional(code),
    reason: optional(text),
    message: optional(text),
  },
  violation: { by: role, statusCode: size, section: text },
  ended: {
    of: vantage,
    never: Array.isArray,
    unflushedBytes: (value) => value === 'unknown' || size(value),
  },
  gap: { missing: text },
};

const source = oneOf('library', 'socket-table', 'kernel-trace', 'packets');

/** Can this be taken in? Anything that came through JSON, or from a reader with a fault, may be asked. */
export function isSound(observation: unknown): observation is Observation {
  if (typeof observation !== 'object' || observation === null) return false;
  const fields = observation as Readonly<Record<string, unknown>>;
  const kind = fields['kind'];
  if (!Number.isFinite(fields['at']) || !source(fields['source'])) return false;
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) return false;
  return Object.entries(shapes[kind as Kind]).every(([name, check]) => check(fields[name]));
}
