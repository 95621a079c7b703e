import type { Dissection, Packet } from './packet.ts';

/** Bits of the TCP header's flags, RFC 9293 §3.1. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** Reads the TCP header at `tcp` into the packet. Options are read only where a caller asks. */
export function parseTcp(packet: Packet, tcp: number): Dissection {
  if (packet.end - tcp < 20) return 'truncated';
  const { view } = packet;
  // Header length, flags and window.
  const fourth = view.getInt32(tcp + 12);
  const headerLength = (fourth >>> 28) * 4;
  const payloadLength = packet.ipEnd - tcp - headerLength;
  if (headerLength < 20 || payloadLength < 0) return 'other';
  packet.tcpAt = tcp;
  packet.ports = view.getInt32(tcp);
  packet.sequence = view.getInt32(tcp + 4);
  packet.acknowledgment = view.getInt32(tcp + 8);
  packet.flags = (fourth >>> 16) & 0xff;
  packet.window = fourth & 0xffff;
  packet.payloadAt = tcp + headerLength;
  packet.payloadLength = payloadLength;
  // Bytes behind the IP packet are padding of the link; bytes that are missing were cut by the snaplen.
  packet.payloadEnd = Math.max(packet.payloadAt, Math.min(packet.end, packet.ipEnd));
  return 'tcp';
}

/** The window scale that a SYN offers (RFC 7323 §2.2), or -1 where it offers none. At most 14. */
export function windowScaleOf(packet: Packet): number {
  const end = Math.min(packet.payloadAt, packet.end);
  let at = packet.tcpAt + 20;
  while (at + 1 < end) {
    const kind = packet.view.getUint8(at);
    if (kind === 0) return -1;
    const length = kind === 1 ? 1 : packet.view.getUint8(at + 1);
    if (kind === 3 && length === 3 && at + 2 < end) {
      return Math.min(packet.view.getUint8(at + 2), 14);
    }
    if (length === 0) return -1;
    at += length;
  }
  return -1;
}
