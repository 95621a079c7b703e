import type { TracedGroup, TraceTable } from '@farewell/core';
import fc from 'fast-check';

interface Numbers {
  readonly count: fc.Arbitrary<number>;
  readonly duration: fc.Arbitrary<number>;
}

/** What a reader can come to. */
const sound: Numbers = {
  count: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(2 ** 40)),
  // A clock of microseconds.
  duration: fc.integer({ min: 0, max: 2 ** 40 }).map((us) => us / 1000),
};

/** What only a broken one could. */
const broken = fc.constantFrom(-1, Number.NaN, Infinity, -Infinity, 2 ** 53);
const damaged: Numbers = {
  count: fc.oneof(sound.count, broken),
  duration: fc.oneof(sound.duration, broken),
};

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null, freq: 4 });
const port = orNull(fc.constantFrom(0, 443, 8080, 40_000, 99_999));
const reason = orNull(
  fc.constantFrom(
    'TCP_ABORT_ON_CLOSE',
    'TCP_ABORT_ON_DATA',
    'TCP_ABORT_ON_LINGER',
    'TCP_KEEPALIVE_TIMEOUT',
    'TCP_TIMEWAIT_SOCKET',
    'NO_SOCKET',
    'reason 99',
    '',
  ),
);

function groups({ count, duration }: Numbers): fc.Arbitrary<TracedGroup[]> {
  const bucket = fc.record({ from: duration, to: duration, count });
  const buckets = fc.array(bucket, { maxLength: 6 });
  const direction = fc.constantFrom('sent' as const, 'received' as const);
  const group: fc.Arbitrary<TracedGroup> = fc.record({
    role: fc.constantFrom('server', 'client', 'unknown'),
    localPort: port,
    remoteAddress: orNull(fc.constantFrom('10.0.0.9', '::1', '')),
    remotePort: port,
    process: orNull(fc.record({ pid: count, name: fc.constantFrom('java', 'node', '') })),
    opened: count,
    ended: count,
    endings: fc.record({
      'time-wait': count,
      'orphan-fin-wait-2': count,
      closed: count,
      'reset-sent': count,
      'reset-received': count,
      'gave-up': count,
      'never-opened': count,
      unknown: count,
    }),
    firstFins: fc.record({
      local: count,
      peer: count,
      crossed: count,
      none: count,
      unknown: count,
    }),
    closes: fc.record({ peerFirst: count, localAfter: count, localFirst: count }),
    endedOver: duration,
    lifetimes: buckets,
    idleAges: buckets,
    resets: fc.array(fc.record({ direction, reason, count }), { maxLength: 4 }),
    retransmits: count,
  });
  return fc.array(group, { maxLength: 5 });
}

function traces(numbers: Numbers): fc.Arbitrary<TraceTable> {
  const { count, duration } = numbers;
  return fc.record({
    source: fc.constantFrom('kernel-trace' as const, 'destroy-events' as const),
    from: duration,
    to: duration,
    groups: groups(numbers),
    ungrouped: count,
    unconfirmed: count,
    untracked: count,
    looseResets: fc.array(fc.record({ localPort: fc.constantFrom(0, 8080), reason, count }), {
      maxLength: 3,
    }),
    lostEvents: orNull(count),
    missingEvents: fc.subarray(['send-reset', 'receive-reset', 'retransmit', 'destroy']),
  });
}

/** Any trace: also one whose sums do not add up, which ends before it begins, or lost everything. */
export const anyTrace = traces(sound);

/** The same with numbers that are none. */
export const damagedTrace = traces(damaged);
