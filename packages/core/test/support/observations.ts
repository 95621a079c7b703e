import fc from 'fast-check';
import {
  type Fact,
  type Never,
  type Observation,
  type TcpState,
  tcpTeardown,
} from '../../src/index.ts';

const role = fc.constantFrom('client' as const, 'server' as const);
const vantage = fc.constantFrom('client' as const, 'server' as const, 'wire' as const);
const known = fc.constantFrom(true, false, 'unknown' as const);
const bytes = fc.nat({ max: 3 });
const statusCode = fc.constantFrom(null, 1000, 1001, 1005, 4000);
const reason = fc.constantFrom('', 'bye');
const because = fc.constantFrom('application' as const, 'peer' as const, 'fin' as const);
const tcpState = fc.constantFrom(...(Object.keys(tcpTeardown) as TcpState[]));
const never = fc.subarray<Never>([
  'opened',
  'client-sent-close',
  'server-sent-fin',
  'client-aborted',
]);

const kind = <K extends Fact['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name);

/** Every kind of fact, in any combination: also what no connection would ever show. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ kind: kind('connecting') }),
  fc.record({ kind: kind('opened') }),
  fc.record({ kind: kind('refused'), httpStatus: fc.constantFrom(null, 403) }),
  fc.record({
    kind: kind('close-frame'),
    by: role,
    seenAt: vantage,
    statusCode,
    reason,
    hadPeerClose: known,
  }),
  fc.record({ kind: kind('tls-close-notify'), by: role }),
  fc.record({ kind: kind('fin'), by: role, seenAt: vantage, hadPeerFin: known }),
  fc.record({ kind: kind('fin-queued'), of: role }),
  fc.record({ kind: kind('fin-acked'), by: role }),
  fc.record({
    kind: kind('rst'),
    by: fc.oneof(role, fc.constant('unknown' as const)),
    seenAt: vantage,
  }),
  fc.record({ kind: kind('destroyed'), of: role, because }),
  fc.record({ kind: kind('error'), of: role, errno: fc.constant('EPIPE'), message: reason }),
  fc.record({ kind: kind('tcp-state'), of: role, tcpState, owned: known }),
  fc.record({
    kind: fc.constantFrom('data' as const, 'ping' as const, 'pong' as const),
    by: role,
    seenAt: vantage,
    bytes,
  }),
  fc.record({ kind: kind('retransmission'), by: role, bytes }),
  fc.record({ kind: fc.constantFrom('unsent' as const, 'unread' as const), of: role, bytes }),
  fc.record({ kind: kind('reading'), of: role, paused: fc.boolean() }),
  fc.record({
    kind: kind('application'),
    of: role,
    did: fc.constantFrom('close', 'drain', 'terminate', 'threw', 'exited'),
    statusCode,
    reason,
  }),
  fc.record({ kind: kind('violation'), by: role, statusCode: fc.constant(1002), section: reason }),
  fc.record({ kind: kind('ended'), of: vantage, never, unflushedBytes: bytes }),
  fc.record({ kind: kind('gap'), missing: fc.string() }),
);

/** A fact with a time and a source. */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .tuple(
    anyFact,
    fc.nat({ max: 20 }),
    fc.constantFrom('library', 'socket-table', 'kernel-trace', 'packets'),
  )
  .map(([fact, at, source]) => ({ at, source, ...fact }));

/** What a faulty reader or a hostile file may hand in: also facts with one field spoilt. */
export const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything(),
  fc
    .tuple(anyObservation, fc.anything())
    .chain(([observation, junk]) =>
      fc
        .constantFrom(...Object.keys(observation))
        .map((field) => ({ ...observation, [field]: junk })),
    ),
);
