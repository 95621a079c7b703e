import type { TcpInfo } from '@farewell/core';

/**
 * Reads the `struct tcp_info` (include/uapi/linux/tcp.h) of `length` bytes at `at`. The struct only ever
 * grew: a field that an older kernel does not send is null. Kernel times in microseconds become ms.
 */
export function parseTcpInfo(view: DataView, at: number, length: number): TcpInfo {
  const has = (offset: number, size: number) => offset + size <= length;
  const u32 = (offset: number) => (has(offset, 4) ? view.getUint32(at + offset, true) : null);
  const u64 = (offset: number) => (has(offset, 8) ? readUint64(view, at + offset) : null);
  return {
    rtt: measured(microseconds(u32(OFFSET.rtt))),
    rto: microseconds(u32(OFFSET.rto)),
    lastDataSent: u32(OFFSET.lastDataSent),
    lastDataReceived: u32(OFFSET.lastDataReceived),
    lastAckReceived: u32(OFFSET.lastAckReceived),
    unackedSegments: u32(OFFSET.unacked),
    retransmitsTotal: u32(OFFSET.totalRetrans),
    bytesSent: u64(OFFSET.bytesSent),
    bytesAcked: u64(OFFSET.bytesAcked),
    bytesReceived: u64(OFFSET.bytesReceived),
    notSentBytes: u32(OFFSET.notSentBytes),
    sendWindowBytes: u32(OFFSET.sendWindow),
    rwndLimited: microseconds(u64(OFFSET.rwndLimited)),
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

function readUint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function microseconds(value: number | null): number | null {
  return value === null ? null : value / 1000;
}

/** The kernel gives 0 until it has taken its first sample. */
function measured(rtt: number | null): number | null {
  return rtt === 0 ? null : rtt;
}
