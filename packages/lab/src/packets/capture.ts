import { libc } from '../kernel/libc.ts';
import { parseSegment, type Segment } from './segment.ts';

const afPacket = 17;
const sockDgram = 2; // "cooked": packets begin with the IP header
// htons(ETH_P_IP). Taps for one protocol see what comes in, not what goes out: on lo, each packet once.
const ethIp = 0x0008;
const receiveBufferForce = [1, 33] as const; // SOL_SOCKET, SO_RCVBUFFORCE
const siocGetTimestamp = 0x8907; // struct timespec of the packet that was read last
const bufferBytes = 4 * 1024 * 1024;
/** More than any frame that a scenario wants to see; the rest of a segment is not kept. */
const keptBytes = 2048;

/**
 * Listens to every IPv4 packet of this network namespace. The kernel queues and times them; nothing is read
 * until `drain`. Throws with EPERM outside a network namespace of one's own, unless root does it.
 */
export class Capture implements Disposable {
  readonly #fd: number;
  readonly #packet = new Uint8Array(keptBytes);
  readonly #time = Buffer.alloc(16);
  #lastAt = 0;

  constructor() {
    const { socket, setSocketOption, ioctl, lastErrno } = libc();
    this.#fd = socket(afPacket, sockDgram, ethIp);
    if (this.#fd < 0) throw new Error(`Expected a packet socket, got ${lastErrno()}`);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bufferBytes);
    setSocketOption(this.#fd, receiveBufferForce, size);
    // Before any packet this fails with ENOENT, and makes the kernel time those that follow.
    ioctl(this.#fd, siocGetTimestamp, this.#time);
  }

  /** The TCP segments since the last call, oldest first. */
  drain(): Segment[] {
    const segments: Segment[] = [];
    for (;;) {
      const length = libc().receive(this.#fd, this.#packet);
      if (length < 0) return segments;
      const segment = parseSegment(this.#packet.subarray(0, length), this.#timestamp());
      if (segment !== null) segments.push(segment);
    }
  }

  [Symbol.dispose](): void {
    libc().close(this.#fd);
  }

  #timestamp(): number {
    libc().ioctl(this.#fd, siocGetTimestamp, this.#time);
    const seconds = Number(this.#time.readBigInt64LE(0));
    const at = seconds * 1000 + Number(this.#time.readBigInt64LE(8)) / 1e6;
    // On lo a segment may be stamped after the RST that answers it; their order in the queue is right.
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#lastAt;
  }
}
