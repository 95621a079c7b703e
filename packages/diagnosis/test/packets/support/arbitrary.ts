import type { TcpOutcome } from '@farewell/core';
import fc from 'fast-check';
import type { WireConnection, WireSide } from '../../../src/packets/wire-connection.ts';
import { type CaseParts, start } from './wire.ts';

/** Around the start, so that order and waits of every kind come up. */
const at = fc.constantFrom(0, 1, 500, 1500, 45_000, 60_010, 90_000).map((ms) => start + ms);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const known = fc.constantFrom(true, false, 'unknown' as const);
const holder = fc.constantFrom('client', 'server', 'both', 'none', 'unknown');
const few = fc.nat({ max: 4 });
const ttl = fc.constantFrom(46, 49, 64, 128);

const side: fc.Arbitrary<WireSide> = fc.record({
  fin: orNull(
    fc.record({
      at,
      count: fc.integer({ min: 1, max: 3 }),
      hadPeerFin: known,
      hadPeerClose: known,
      ackedAt: orNull(at),
    }),
  ),
  reset: orNull(
    fc.record({
      at,
      count: fc.integer({ min: 1, max: 3 }),
      validity: fc.constantFrom('exact', 'in-window', 'outside-window', 'unknown'),
      sequenceOffset: orNull(fc.integer({ min: -9, max: 99 })),
      ttl,
    }),
  ),
  ignoredReset: orNull(fc.record({ ttl, wentOn: fc.boolean() })),
  closeFrame: orNull(
    fc.record({ at, statusCode: orNull(fc.constantFrom(1000, 1001)), hadPeerClose: known }),
  ),
  frames: fc.record({ ping: few }),
  firstPingAt: orNull(at),
  lastPingAt: orNull(at),
  afterCloseBytes: few,
  violations: fc.subarray([
    { section: '5.5.1', what: 'a data frame followed the Close frame' },
    { section: '5.1', what: 'another' },
  ]),
  retransmissions: few,
  keepAliveProbes: few,
  zeroWindows: few,
  zeroWindowAtEnd: fc.boolean(),
  gaps: fc.constantFrom(0, 0, 0, 1),
  truncated: fc.constantFrom(false, false, true),
  unknownFrom: fc.option(at, { nil: null, freq: 4 }),
  ttl: orNull(ttl.map((each) => [each, each] as const)),
  lastPacketAt: orNull(at),
  lastDataAt: orNull(at),
});

const tcp: fc.Arbitrary<Partial<TcpOutcome>> = fc.record({
  firstFin: holder,
  timeWait: holder,
  basis: fc.constantFrom('packets', 'inferred', 'none'),
});

/** Connections of any kind, also such as no capture shows. */
export const anyCase: fc.Arbitrary<CaseParts> = fc.record({
  began: fc.constantFrom('syn', 'mid-connection'),
  lastPacketAt: at,
  endedAt: orNull(at),
  reportedBecause: fc.constantFrom('ended', 'reused', 'evicted', 'capture-ended'),
  seen: fc.constantFrom('both', 'both', 'both', 'client', 'server'),
  captureLost: fc.constantFrom(false, false, false, true),
  webSocket: fc.constantFrom<WireConnection['webSocket'][]>(true, true, false, 'likely'),
  payload: fc.constantFrom('websocket', 'http', 'tls', 'opaque', 'none'),
  handshake: orNull(
    fc.record({
      status: orNull(fc.constantFrom(101, 200, 403, 503)),
      serverSoftware: orNull(fc.constant('nginx')),
      accept: fc.constantFrom('right', 'wrong', 'absent', 'unknown'),
      upgradeHeader: known,
    }),
  ),
  endBeganAt: orNull(at),
  lastDataBeforeEndAt: orNull(at),
  client: side,
  server: side,
  order: fc.constantFrom('client', 'server', 'crossed', 'none', 'unknown'),
  tcp,
  goesOn: fc.constantFrom(0, 900, 5000, 100_000),
  lostElsewhere: fc.constantFrom('none-known', 'packets'),
});
