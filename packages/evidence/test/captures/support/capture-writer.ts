import type { Host, Segment } from './connection-script.ts';

/** A packet as it lies in a capture. */
export interface RawPacket {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Length on the wire, if the capture cut the packet. */
  readonly wireLength?: number;
}

export type LinkName =
  | 'ethernet'
  | 'vlan'
  | 'qinq'
  | 'cooked'
  | 'cooked2'
  | 'null'
  | 'null-big-endian'
  | 'loop'
  | 'raw'
  | 'raw-bsd';

export const linkNumbers: Readonly<Record<LinkName, number>> = {
  ethernet: 1,
  vlan: 1,
  qinq: 1,
  cooked: 113,
  cooked2: 276,
  null: 0,
  'null-big-endian': 0,
  loop: 108,
  raw: 101,
  'raw-bsd': 12,
};

/** The segment in an IP packet behind the header of a link. Checksums are zero. */
export function packetOf(segment: Segment, link: LinkName = 'ethernet'): RawPacket {
  const ip = ipPacket(segment);
  const version = (ip[0] ?? 0) >> 4;
  return { at: segment.at, bytes: Buffer.concat([linkHeader(link, version), ip]) };
}

function linkHeader(link: LinkName, version: number): Uint8Array {
  const type = version === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  const family = version === 4 ? 2 : 10;
  const macs = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
  switch (link) {
    case 'ethernet':
      return Uint8Array.from([...macs, ...type]);
    case 'vlan':
      return Uint8Array.from([...macs, 0x81, 0x00, 0, 7, ...type]);
    case 'qinq':
      return Uint8Array.from([...macs, 0x88, 0xa8, 0, 7, 0x81, 0x00, 0, 9, ...type]);
    case 'cooked':
      return Uint8Array.from([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...type]);
    case 'cooked2':
      return Uint8Array.from([...type, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
    case 'null':
      return Uint8Array.from([family, 0, 0, 0]);
    case 'null-big-endian':
    case 'loop':
      return Uint8Array.from([0, 0, 0, family]);
    case 'raw':
    case 'raw-bsd':
      return new Uint8Array(0);
    default:
      return link satisfies never;
  }
}

function ipPacket(segment: Segment): Uint8Array {
  const [source, destination] =
    segment.by === 'client' ? [segment.client, segment.server] : [segment.server, segment.client];
  const tcp = tcpSegment(segment, source, destination);
  const six = source.address.includes(':');
  return Buffer.concat([
    six ? ipv6Header(segment, tcp.length) : ipv4Header(segment, tcp.length),
    tcp,
  ]);
}

function ipv4Header(segment: Segment, length: number): Uint8Array {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  // Larger than the field: zero, as Linux leaves it for a segment that the network card is to cut.
  header.writeUInt16BE(20 + length > 0xffff ? 0 : 20 + length, 2);
  header.writeUInt16BE(segment.identification & 0xffff, 4);
  header.writeUInt16BE(0x4000, 6);
  header[8] = segment.ttl;
  header[9] = 6;
  const ends = addresses(segment);
  header.set(ends.source.split('.').map(Number), 12);
  header.set(ends.destination.split('.').map(Number), 16);
  return header;
}

function ipv6Header(segment: Segment, length: number): Uint8Array {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(length, 4);
  header[6] = 6;
  header[7] = segment.ttl;
  const ends = addresses(segment);
  header.set(ipv6Bytes(ends.source), 8);
  header.set(ipv6Bytes(ends.destination), 24);
  return header;
}

function addresses({ by, client, server }: Segment) {
  return by === 'client'
    ? { source: client.address, destination: server.address }
    : { source: server.address, destination: client.address };
}

/** All eight groups must be written out. */
function ipv6Bytes(address: string): number[] {
  return address.split(':').flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function tcpSegment(segment: Segment, source: Host, destination: Host): Uint8Array {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(source.port, 0);
  header.writeUInt16BE(destination.port, 2);
  header.writeUInt32BE(segment.sequence >>> 0, 4);
  header.writeUInt32BE(segment.acknowledgment >>> 0, 8);
  header[12] = 0x50;
  header[13] = segment.flags;
  header.writeUInt16BE(segment.window, 14);
  return Buffer.concat([header, segment.payload]);
}

export interface PcapOptions {
  readonly link: LinkName;
  readonly order: 'little' | 'big';
  readonly resolution: 'micro' | 'nano';
}

/** A pcap file of these packets. */
export function pcapOf(
  packets: readonly RawPacket[],
  options: Partial<PcapOptions> = {},
): Uint8Array {
  const words = wordWriter(options.order ?? 'little');
  const nano = options.resolution === 'nano';
  const header = Buffer.concat([
    words([nano ? 0xa1b23c4d : 0xa1b2c3d4]),
    options.order === 'big' ? Buffer.from([0, 2, 0, 4]) : Buffer.from([2, 0, 4, 0]),
    words([0, 0, 262_144, linkNumbers[options.link ?? 'ethernet']]),
  ]);
  const records = packets.flatMap(({ at, bytes, wireLength }) => {
    const seconds = Math.floor(at / 1000);
    const fraction = Math.round((at - seconds * 1000) * (nano ? 1e6 : 1e3));
    return [words([seconds, fraction, bytes.length, wireLength ?? bytes.length]), bytes];
  });
  return Buffer.concat([header, ...records]);
}

/** Writes 32-bit words in a byte order. */
export function wordWriter(order: 'little' | 'big'): (values: readonly number[]) => Buffer {
  return (values) => {
    const buffer = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => {
      if (order === 'little') buffer.writeUInt32LE(value >>> 0, index * 4);
      else buffer.writeUInt32BE(value >>> 0, index * 4);
    });
    return buffer;
  };
}

/** A pcapng block around a body, which is padded to 32 bits. */
export function blockOf(
  type: number,
  body: Uint8Array,
  order: 'little' | 'big' = 'little',
): Buffer {
  const words = wordWriter(order);
  const padding = Buffer.alloc((4 - (body.length % 4)) % 4);
  const length = 12 + body.length + padding.length;
  return Buffer.concat([words([type, length]), body, padding, words([length])]);
}

export function sectionHeader(order: 'little' | 'big' = 'little'): Buffer {
  const version = order === 'little' ? [1, 0, 0, 0] : [0, 1, 0, 0];
  const body = Buffer.concat([
    wordWriter(order)([0x1a2b3c4d]),
    Buffer.from(version),
    Buffer.alloc(8, 0xff),
  ]);
  return blockOf(0x0a0d0d0a, body, order);
}

/** An interface description; `options` are encoded already. */
export function interfaceBlock(
  linkType: number,
  options: Uint8Array = new Uint8Array(0),
  order: 'little' | 'big' = 'little',
): Buffer {
  const head =
    order === 'little' ? [linkType & 0xff, linkType >> 8] : [linkType >> 8, linkType & 0xff];
  const body = Buffer.concat([Buffer.from([...head, 0, 0]), wordWriter(order)([0]), options]);
  return blockOf(1, body, order);
}

/** An enhanced packet block with a time in the interface's units. */
export function enhancedPacket(
  bytes: Uint8Array,
  { units, source = 0 }: { units: bigint; source?: number },
  order: 'little' | 'big' = 'little',
): Buffer {
  const head = [
    source,
    Number(units >> 32n),
    Number(units & 0xffffffffn),
    bytes.length,
    bytes.length,
  ];
  return blockOf(6, Buffer.concat([wordWriter(order)(head), bytes]), order);
}
