import { type Container, MAX_PACKET_BYTES, type PacketSink } from './container.ts';
import { linkTypeName } from './parse-link.ts';

/** The magic number as it lies in the file -> byte order and time resolution. */
const magics = new Map([
  [0xa1b2c3d4, { littleEndian: false, unitsPerMs: 1e3 }],
  [0xd4c3b2a1, { littleEndian: true, unitsPerMs: 1e3 }],
  [0xa1b23c4d, { littleEndian: false, unitsPerMs: 1e6 }],
  [0x4d3cb2a1, { littleEndian: true, unitsPerMs: 1e6 }],
]);

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** True for the four bytes, read in network order, that begin a pcap file. */
export function isPcapMagic(magic: number): boolean {
  return magics.has(magic);
}

/** The classic format of libpcap: a file header, then packets. */
export class PcapParser implements Container {
  missingBytes = FILE_HEADER_BYTES;
  readable = true;
  readonly #sink: PacketSink;
  #littleEndian = false;
  #unitsPerMs = 1e3;
  #linkType = -1;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  takeSkip(): number {
    return 0;
  }

  end(): void {}

  consume(bytes: Uint8Array, start: number): number {
    let at = start;
    if (this.#linkType < 0) {
      this.missingBytes = FILE_HEADER_BYTES - (bytes.length - start);
      if (this.missingBytes > 0) return start;
      this.#readFileHeader(at);
      at += FILE_HEADER_BYTES;
    }
    return this.#readRecords(at, bytes.length);
  }

  #readFileHeader(at: number): void {
    const { packet, problems } = this.#sink;
    const layout = magics.get(packet.view.getUint32(at));
    this.#littleEndian = layout?.littleEndian ?? false;
    this.#unitsPerMs = layout?.unitsPerMs ?? 1e3;
    // The upper 16 bits say how long a frame check sequence is.
    this.#linkType = packet.view.getUint32(at + 20, this.#littleEndian) & 0xffff;
    if (linkTypeName(this.#linkType) !== null) return;
    problems.add('link type that cannot be read', `LINKTYPE ${this.#linkType}`);
  }

  /** Part of the hot path: runs once for each packet. */
  #readRecords(from: number, end: number): number {
    const { packet } = this.#sink;
    const { view } = packet;
    const littleEndian = this.#littleEndian;
    packet.linkType = this.#linkType;
    let at = from;
    while (end - at >= RECORD_HEADER_BYTES) {
      const captured = view.getUint32(at + 8, littleEndian);
      if (captured > MAX_PACKET_BYTES) return this.#damaged(captured, end);
      const next = at + RECORD_HEADER_BYTES + captured;
      if (next > end) {
        this.missingBytes = next - end;
        return at;
      }
      packet.at =
        view.getUint32(at, littleEndian) * 1000 +
        view.getUint32(at + 4, littleEndian) / this.#unitsPerMs;
      packet.start = at + RECORD_HEADER_BYTES;
      packet.end = next;
      packet.wireLength = Math.max(captured, view.getUint32(at + 12, littleEndian));
      this.#sink.onPacket();
      at = next;
    }
    this.missingBytes = RECORD_HEADER_BYTES - (end - at);
    return at;
  }

  #damaged(captured: number, end: number): number {
    this.readable = false;
    this.#sink.problems.add(
      'damaged capture: what follows in this file was not read',
      `a packet of ${captured} bytes, more than ${MAX_PACKET_BYTES}`,
    );
    return end;
  }
}
