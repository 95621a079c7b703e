import type { Libc } from './libc.ts';

/** The kernel puts at most 32 KiB of a dump into one datagram. */
const SLOT_BYTES = 32 * 1024;
/** 100,000 sockets with `tcp_info` are some 400 datagrams. Memory that stays empty is never touched. */
const SLOTS = 512;

/** `struct iovec`: where to, and how much. */
const IOVEC_WORDS = 2;
/** `struct mmsghdr` of 64-bit machines: a `struct msghdr` of 56 bytes, then the length received. */
const MMSGHDR_BYTES = 64;
const IOVEC_AT = 16;
const IOVEC_COUNT_AT = 24;
const LENGTH_AT = 56;

/** Room for many datagrams, to be filled by one system call, recvmmsg(2), on another thread. */
export class DatagramSlots {
  readonly #libc: Libc;
  readonly #bytes = new Uint8Array(SLOTS * SLOT_BYTES);
  readonly #iovecs = new BigUint64Array(SLOTS * IOVEC_WORDS);
  readonly #headers = new DataView(new ArrayBuffer(SLOTS * MMSGHDR_BYTES));

  constructor(libc: Libc) {
    this.#libc = libc;
    const [bytesAt, iovecsAt] = [libc.addressOf(this.#bytes), libc.addressOf(this.#iovecs)];
    for (let slot = 0; slot < SLOTS; slot += 1) {
      this.#iovecs[slot * IOVEC_WORDS] = bytesAt + BigInt(slot * SLOT_BYTES);
      this.#iovecs[slot * IOVEC_WORDS + 1] = BigInt(SLOT_BYTES);
      const iovecAt = iovecsAt + BigInt(slot * IOVEC_WORDS * BigUint64Array.BYTES_PER_ELEMENT);
      this.#headers.setBigUint64(slot * MMSGHDR_BYTES + IOVEC_AT, iovecAt, true);
      this.#headers.setBigUint64(slot * MMSGHDR_BYTES + IOVEC_COUNT_AT, 1n, true);
    }
  }

  /** Waits for one datagram and takes as many as there are then. Null if the call failed. */
  async receive(fd: number): Promise<readonly Uint8Array[] | null> {
    const headers = new Uint8Array(this.#headers.buffer);
    const count = await this.#libc.recvMany(fd, headers, SLOTS);
    return count > 0 ? Array.from({ length: count }, (_, slot) => this.#datagram(slot)) : null;
  }

  #datagram(slot: number): Uint8Array {
    const length = this.#headers.getUint32(slot * MMSGHDR_BYTES + LENGTH_AT, true);
    return this.#bytes.subarray(slot * SLOT_BYTES, slot * SLOT_BYTES + length);
  }
}
