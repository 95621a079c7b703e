import { type Container, MAX_PACKET_BYTES, type PacketSink } from './container.ts';
import { linkTypeName } from './parse-link.ts';
import {
  captureEndOf,
  droppedByInterface,
  type InterfaceOptions,
  readInterfaceOptions,
} from './pcapng-options.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type, length, and the byte order of a section header: enough to know what a block needs. */
const BLOCK_HEAD_BYTES = 12;
/** Room for a packet, its block's fields and its options. */
const MAX_BLOCK_BYTES = MAX_PACKET_BYTES + (1 << 16);
/** A section that describes more interfaces than this is no real one. */
const MAX_INTERFACES = 65_536;

interface Interface extends InterfaceOptions {
  readonly linkType: number;
  readonly snapLength: number;
}

/** True for the four bytes, read in network order, that begin a pcapng file. */
export function isPcapngMagic(magic: number): boolean {
  return magic === SECTION_HEADER;
}

/** https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/: sections of blocks, unknown ones skipped. */
export class PcapngParser implements Container {
  missingBytes = BLOCK_HEAD_BYTES;
  readable = true;
  readonly #sink: PacketSink;
  #littleEndian = true;
  #interfaces: Interface[] = [];
  #skip = 0;
  /** Drops are cumulative for each interface: the last statistics of a section count. */
  #dropped = new Map<number, number>();

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  takeSkip(): number {
    const skip = this.#skip;
    this.#skip = 0;
    return skip;
  }

  consume(bytes: Uint8Array, start: number): number {
    const end = bytes.length;
    let at = start;
    while (this.readable && this.#skip === 0) {
      this.missingBytes = BLOCK_HEAD_BYTES - (end - at);
      if (this.missingBytes > 0) return at;
      const length = this.#blockLength(at);
      if (length === 0) return end;
      this.missingBytes = at + length - end;
      if (this.missingBytes > 0 && !this.#isSkipped(at)) return at;
      if (this.missingBytes > 0) {
        this.#skip = this.missingBytes;
        return end;
      }
      this.#readBlock(at, at + length - 4);
      at += length;
    }
    return this.readable ? at : end;
  }

  /** The block's length in bytes, or 0 if it cannot be one. A section header sets the byte order. */
  #blockLength(at: number): number {
    const { view } = this.#sink.packet;
    if (view.getUint32(at) === SECTION_HEADER) {
      this.#littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    }
    const length = view.getUint32(at + 4, this.#littleEndian);
    const limit = this.#isSkipped(at) ? 0xffffffff : MAX_BLOCK_BYTES;
    if (length >= BLOCK_HEAD_BYTES && length <= limit && length % 4 === 0) return length;
    return this.#damaged(`a block of ${length} bytes`);
  }

  #isSkipped(at: number): boolean {
    const type = this.#sink.packet.view.getUint32(at, this.#littleEndian);
    return (
      type !== SECTION_HEADER &&
      type !== INTERFACE_DESCRIPTION &&
      type !== PACKET &&
      type !== SIMPLE_PACKET &&
      type !== INTERFACE_STATISTICS &&
      type !== ENHANCED_PACKET
    );
  }

  /** `end` is where the block's trailing length begins. */
  #readBlock(at: number, end: number): void {
    switch (this.#sink.packet.view.getUint32(at, this.#littleEndian)) {
      case ENHANCED_PACKET:
        return this.#readEnhancedPacket(at, end);
      case SIMPLE_PACKET:
        return this.#readSimplePacket(at, end);
      case PACKET:
        return this.#readPacket(at, end);
      case INTERFACE_DESCRIPTION:
        return this.#readInterface(at, end);
      case INTERFACE_STATISTICS:
        return this.#readStatistics(at, end);
      case SECTION_HEADER:
        this.#interfaces = [];
        return this.end();
      default:
        return;
    }
  }

  #readInterface(at: number, end: number): void {
    if (end - at < 16 || this.#interfaces.length >= MAX_INTERFACES) {
      return void this.#damaged('an interface description that is too short, or one too many');
    }
    const { packet, problems } = this.#sink;
    const linkType = packet.view.getUint16(at + 8, this.#littleEndian);
    if (linkTypeName(linkType) === null) {
      problems.add('link type that cannot be read', `LINKTYPE ${linkType}`);
    }
    this.#interfaces.push({
      linkType,
      snapLength: packet.view.getUint32(at + 12, this.#littleEndian),
      ...readInterfaceOptions(this.#options(at + 16, end)),
    });
  }

  #readEnhancedPacket(at: number, end: number): void {
    if (end - at < 28) return void this.#damaged('a packet block that is too short');
    const { view } = this.#sink.packet;
    const source = this.#interfaces[view.getUint32(at + 8, this.#littleEndian)];
    this.#emit(source, at + 28, end);
  }

  /** The obsolete packet block: a 16-bit interface and a count of drops instead of a 32-bit interface. */
  #readPacket(at: number, end: number): void {
    if (end - at < 28) return void this.#damaged('a packet block that is too short');
    const { view } = this.#sink.packet;
    const source = this.#interfaces[view.getUint16(at + 8, this.#littleEndian)];
    const dropped = view.getUint16(at + 10, this.#littleEndian);
    if (dropped !== 0 && dropped !== 0xffff) this.#sink.onDropped(dropped);
    this.#emit(source, at + 28, end);
  }

  /** Both packet blocks have time, captured and wire length in the 16 bytes before the data. */
  #emit(source: Interface | undefined, data: number, end: number): void {
    const { packet, problems } = this.#sink;
    const captured = packet.view.getUint32(data - 8, this.#littleEndian);
    if (captured > end - data) return void this.#damaged(`a packet of ${captured} bytes`);
    if (source === undefined) {
      return problems.add('packet of an interface that was never described', 'skipped');
    }
    const high = packet.view.getUint32(data - 16, this.#littleEndian);
    const low = packet.view.getUint32(data - 12, this.#littleEndian);
    packet.at = (high * 0x100000000 + low) / source.unitsPerMs + source.offset;
    packet.wireLength = Math.max(captured, packet.view.getUint32(data - 4, this.#littleEndian));
    this.#hand(source, data, data + captured);
  }

  /** It has no time of its own: it gets the time of the packet before it. */
  #readSimplePacket(at: number, end: number): void {
    const source = this.#interfaces[0];
    if (source === undefined) return void this.#damaged('a packet before any interface');
    const { packet, problems } = this.#sink;
    packet.wireLength = packet.view.getUint32(at + 8, this.#littleEndian);
    const limit = source.snapLength === 0 ? packet.wireLength : source.snapLength;
    const captured = Math.min(packet.wireLength, limit, end - at - 12);
    problems.add('packet without a time (simple packet block)', 'it gets the last time seen');
    this.#hand(source, at + 12, at + 12 + captured);
  }

  #hand(source: Interface, start: number, end: number): void {
    const { packet } = this.#sink;
    packet.linkType = source.linkType;
    packet.start = start;
    packet.end = end;
    this.#sink.onPacket();
  }

  #readStatistics(at: number, end: number): void {
    if (end - at < 20) return;
    const source = this.#sink.packet.view.getUint32(at + 8, this.#littleEndian);
    const time = this.#interfaces[source];
    if (time === undefined) return;
    const options = this.#options(at + 20, end);
    const dropped = droppedByInterface(options);
    if (dropped !== null) this.#dropped.set(source, dropped);
    const endedAt = captureEndOf(options, time);
    if (endedAt !== null) this.#sink.onCaptureEnd(endedAt);
  }

  #options(at: number, end: number) {
    return { view: this.#sink.packet.view, at, end, littleEndian: this.#littleEndian };
  }

  /** Hands over the drops of the section that ends here. */
  end(): void {
    for (const count of this.#dropped.values()) this.#sink.onDropped(count);
    this.#dropped.clear();
  }

  #damaged(what: string): 0 {
    this.readable = false;
    this.#sink.problems.add('damaged capture: what follows in this file was not read', what);
    return 0;
  }
}
