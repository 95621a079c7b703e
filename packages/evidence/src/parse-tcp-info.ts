import type { TcpInfo } from '@farewell/core';

/**
 * Reads the `struct tcp_info` (include/uapi/linux/tcp.h) between `at` and `end`. The struct only ever
 * grew: a field that an older kernel does not send is null. Kernel times in microseconds become ms.
 */
export function parseTcpInfo(view: DataView, at: number, end: number): TcpInfo {
  const agesEnd = endOfAges(view, at, end);
  return {
    rtt: measured(inMs(u32(view, at + OFFSET.rtt, end))),
    rto: inMs(u32(view, at + OFFSET.rto, end)),
    lastDataSent: u32(view, at + OFFSET.lastDataSent, agesEnd),
    lastDataReceived: u32(view, at + OFFSET.lastDataReceived, agesEnd),
    lastAckReceived: u32(view, at + OFFSET.lastAckReceived, agesEnd),
    unackedSegments: u32(view, at + OFFSET.unacked, end),
    retransmitsTotal: u32(view, at + OFFSET.totalRetrans, end),
    bytesSent: u64(view, at + OFFSET.bytesSent, end),
    bytesAcked: u64(view, at + OFFSET.bytesAcked, end),
    bytesReceived: u64(view, at + OFFSET.bytesReceived, end),
    notSentBytes: u32(view, at + OFFSET.notSentBytes, end),
    sendWindowBytes: u32(view, at + OFFSET.sendWindow, end),
    rwndLimited: inMs(u64(view, at + OFFSET.rwndLimited, end)),
  };
}

/** Byte offsets, with the kernel in which the field first appeared where that is later than 2.6. */
const OFFSET = {
  rto: 8,
  unacked: 24,
  lastDataSent: 44,
  lastDataReceived: 52,
  lastAckReceived: 56,
  rtt: 68,
  totalRetrans: 100,
  bytesAcked: 120, // 4.1
  bytesReceived: 128, // 4.1
  notSentBytes: 144, // 4.6
  rwndLimited: 176, // 4.10
  bytesSent: 200, // 4.19
  sendWindow: 228, // 5.4
} as const;

/** SYN-SENT in include/net/tcp_states.h; `tcpi_state` is the first byte. */
const SYN_SENT = 2;

/**
 * Where the fields that can be read of the last segments' ages end. The kernel starts those clocks when the
 * connection opens: of a SYN that was not answered it gives its own uptime, less five minutes, modulo 2^32.
 */
function endOfAges(view: DataView, at: number, end: number): number {
  return at < end && view.getUint8(at) === SYN_SENT ? at : end;
}

function u32(view: DataView, at: number, end: number): number | null {
  return at + 4 <= end ? view.getUint32(at, true) : null;
}

function u64(view: DataView, at: number, end: number): number | null {
  if (at + 8 > end) return null;
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function inMs(microseconds: number | null): number | null {
  return microseconds === null ? null : microseconds / 1000;
}

/** The kernel gives 0 until it has taken its first sample. */
function measured(rtt: number | null): number | null {
  return rtt === 0 ? null : rtt;
}
