import { linuxTcpStates, type SocketRow, type TcpInfo, type TcpTimer } from '@farewell/core';
import fc from 'fast-check';

const states = linuxTcpStates.filter((tcpState) => tcpState !== undefined);

const address = fc.constantFrom('127.0.0.1', '10.0.0.1', '10.0.0.7', '::', '0.0.0.0', '::1', '');
const port = fc.constantFrom(0, 80, 443, 8080, 32_768, 40_000, 40_001, 60_999, 65_535, 99_999);

/** Whole numbers that a kernel gives, and what a damaged table may hold. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 500_000 }),
  fc.constantFrom(-1, 0, Number.NaN, Infinity, 2 ** 53),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null, freq: 4 });

const timer: fc.Arbitrary<TcpTimer> = fc.record({
  kind: fc.constantFrom('none', 'retransmit', 'keepalive', 'time-wait', 'probe'),
  expiresIn: value,
  tries: value,
});

const tcpInfo: fc.Arbitrary<TcpInfo> = fc.record({
  rtt: orNull(value),
  rto: orNull(value),
  lastDataSent: orNull(value),
  lastDataReceived: orNull(value),
  lastAckReceived: orNull(value),
  unackedSegments: orNull(value),
  retransmitsTotal: orNull(value),
  bytesSent: orNull(value),
  bytesAcked: orNull(value),
  bytesReceived: orNull(value),
  notSentBytes: orNull(value),
  sendWindowBytes: orNull(value),
  rwndLimited: orNull(value),
});

const anyRow: fc.Arbitrary<SocketRow> = fc.record({
  family: fc.constantFrom(4 as const, 6 as const),
  tcpState: fc.constantFrom(...states),
  localAddress: address,
  localPort: port,
  remoteAddress: address,
  remotePort: port,
  receiveQueue: orNull(value),
  sendQueue: orNull(value),
  timer: orNull(timer),
  inode: orNull(fc.integer({ min: 0, max: 30 })),
  uid: orNull(fc.integer({ min: 0, max: 3 })),
  cookie: orNull(fc.constantFrom('a', 'b')),
  tcpInfo: orNull(tcpInfo),
});

/** Tables of any rows; no two of the same 4-tuple, as in a kernel's table. */
export const anyRows: fc.Arbitrary<SocketRow[]> = fc.uniqueArray(anyRow, {
  maxLength: 60,
  selector: (row) => `${row.localAddress} ${row.localPort} ${row.remoteAddress} ${row.remotePort}`,
});
