import type { TcpInfo } from '@farewell/core';

/**
 * The `struct tcp_info` (include/uapi/linux/tcp.h) between `at` and `end`, each field read when it is asked
 * for: rules ask 10,000 connections for three of them. The struct only ever grew: a field that an older kernel
 * does not send is null. Kernel times in microseconds become ms. JSON has all fields.
 */
export class KernelTcpInfo implements TcpInfo {
  readonly #view: DataView;
  readonly #at: number;
  readonly #end: number;

  constructor(view: DataView, at: number, end: number) {
    this.#view = view;
    this.#at = at;
    this.#end = end;
  }

  /** The kernel gives 0 until it has taken its first sample. */
  get rtt(): number | null {
    const rtt = inMs(this.#u32(OFFSET.rtt));
    return rtt === 0 ? null : rtt;
  }

  get rto(): number | null {
    return inMs(this.#u32(OFFSET.rto));
  }

  get lastDataSent(): number | null {
    return this.#age(OFFSET.lastDataSent);
  }

  get lastDataReceived(): number | null {
    return this.#age(OFFSET.lastDataReceived);
  }

  get lastAckReceived(): number | null {
    return this.#age(OFFSET.lastAckReceived);
  }

  get unackedSegments(): number | null {
    return this.#u32(OFFSET.unacked);
  }

  get retransmitsTotal(): number | null {
    return this.#u32(OFFSET.totalRetrans);
  }

  get bytesSent(): number | null {
    return this.#u64(OFFSET.bytesSent);
  }

  get bytesAcked(): number | null {
    return this.#u64(OFFSET.bytesAcked);
  }

  get bytesReceived(): number | null {
    return this.#u64(OFFSET.bytesReceived);
  }

  get notSentBytes(): number | null {
    return this.#u32(OFFSET.notSentBytes);
  }

  get sendWindowBytes(): number | null {
    return this.#u32(OFFSET.sendWindow);
  }

  get rwndLimited(): number | null {
    return inMs(this.#u64(OFFSET.rwndLimited));
  }

  /** All fields, as an object of its own. */
  toJSON(): TcpInfo {
    const { rtt, rto, lastDataSent, lastDataReceived, lastAckReceived } = this;
    const { unackedSegments, retransmitsTotal, bytesSent, bytesAcked, bytesReceived } = this;
    const { notSentBytes, sendWindowBytes, rwndLimited } = this;
    const times = { rtt, rto, lastDataSent, lastDataReceived, lastAckReceived };
    const bytes = { bytesSent, bytesAcked, bytesReceived, notSentBytes, sendWindowBytes };
    return { ...times, unackedSegments, retransmitsTotal, ...bytes, rwndLimited };
  }

  /**
   * The kernel starts these clocks when the connection opens: of a SYN that was not answered it gives its own
   * uptime, less five minutes, modulo 2^32.
   */
  #age(offset: number): number | null {
    const age = this.#u32(offset);
    return age === null || this.#view.getUint8(this.#at) === SYN_SENT ? null : age;
  }

  #u32(offset: number): number | null {
    const at = this.#at + offset;
    return at + 4 <= this.#end ? this.#view.getUint32(at, true) : null;
  }

  #u64(offset: number): number | null {
    const at = this.#at + offset;
    if (at + 8 > this.#end) return null;
    return this.#view.getUint32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }
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

function inMs(microseconds: number | null): number | null {
  return microseconds === null ? null : microseconds / 1000;
}
