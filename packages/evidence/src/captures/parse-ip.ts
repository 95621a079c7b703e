import type { Dissection, Packet } from './packet.ts';
import { parseTcp } from './parse-tcp.ts';

const PROTOCOL_TCP = 6;

/** Reads the IP header at `ip` and the TCP header behind it into the packet. */
export function parseIp(packet: Packet, ip: number): Dissection {
  if (packet.end - ip < 20) return 'truncated';
  const version = packet.view.getUint8(ip) >> 4;
  if (version === 4) return parseIpv4(packet, ip);
  return version === 6 ? parseIpv6(packet, ip) : 'other';
}

function parseIpv4(packet: Packet, ip: number): Dissection {
  const { view } = packet;
  // Four bytes at a time: version, header length and total length; identification and fragment offset;
  // TTL and protocol.
  const first = view.getInt32(ip);
  const second = view.getInt32(ip + 4);
  const third = view.getInt32(ip + 8);
  if (((third >> 16) & 0xff) !== PROTOCOL_TCP) return 'other';
  // More fragments to come, or not the first one. "Don't fragment" (0x4000) is no fragment.
  if ((second & 0x3fff) !== 0) return 'fragment';
  const headerLength = ((first >> 24) & 0xf) * 4;
  if (headerLength < 20) return 'other';
  packet.family = 4;
  packet.ttl = third >>> 24;
  packet.identification = second >>> 16;
  packet.sourceAt = ip + 12;
  packet.destinationAt = ip + 16;
  packet.source = view.getInt32(ip + 12);
  packet.destination = view.getInt32(ip + 16);
  const totalLength = first & 0xffff;
  // 0: segmentation was left to the network card, and the kernel had not filled it in yet.
  packet.ipEnd = totalLength === 0 ? packet.start + packet.wireLength : ip + totalLength;
  return parseTcp(packet, ip + headerLength);
}

function parseIpv6(packet: Packet, ip: number): Dissection {
  if (packet.end - ip < 40) return 'truncated';
  const { view } = packet;
  packet.family = 6;
  packet.ttl = view.getUint8(ip + 7);
  packet.identification = 0;
  packet.sourceAt = ip + 8;
  packet.destinationAt = ip + 24;
  packet.source = view.getInt32(ip + 8);
  packet.destination = view.getInt32(ip + 24);
  const payloadLength = view.getUint16(ip + 4);
  // 0: a jumbo payload (RFC 2675) or segmentation left to the network card.
  packet.ipEnd = payloadLength === 0 ? packet.start + packet.wireLength : ip + 40 + payloadLength;
  const next = view.getUint8(ip + 6);
  return next === PROTOCOL_TCP ? parseTcp(packet, ip + 40) : behindExtensions(packet, next);
}

/** RFC 8200 §4: each extension header names the next one; more than eight of them is no real packet. */
function behindExtensions(packet: Packet, first: number): Dissection {
  const { view } = packet;
  let next = first;
  let at = packet.sourceAt + 32;
  for (let count = 0; count < 8; count += 1) {
    if (next === PROTOCOL_TCP) return parseTcp(packet, at);
    if (!isExtension(next)) return 'other';
    if (packet.end - at < 8) return 'truncated';
    // Fragment header: an offset or "more fragments" set; both zero is an atomic fragment (RFC 6946).
    if (next === 44 && (view.getUint16(at + 2) & 0xfff9) !== 0) return 'fragment';
    const length = extensionLength(next, view.getUint8(at + 1));
    next = view.getUint8(at);
    at += length;
  }
  return 'other';
}

/** Hop-by-hop, routing, fragment, authentication, destination options, mobility. */
function isExtension(header: number): boolean {
  return (
    header === 0 ||
    header === 43 ||
    header === 44 ||
    header === 51 ||
    header === 60 ||
    header === 135
  );
}

/** The fragment header has 8 bytes; authentication counts 4-byte words less two (RFC 4302 §2.2). */
function extensionLength(header: number, lengthField: number): number {
  if (header === 44) return 8;
  return header === 51 ? (lengthField + 2) * 4 : (lengthField + 1) * 8;
}
