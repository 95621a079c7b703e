/** One TCP segment as it was on the wire, with the beginning of its payload. */
export interface Segment {
  /** Unix ms, with a fraction: when the kernel saw it. */
  readonly at: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledges: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly payloadBytes: number;
  /** As much of the payload as was captured. */
  readonly payload: Uint8Array;
}

const tcpProtocol = 6;
const flag = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;

/** Decodes an IPv4 packet, RFC 791 and RFC 9293 §3.1; null if it is no TCP segment, or is cut in its headers. */
export function parseSegment(packet: Uint8Array, at: number): Segment | null {
  if (packet.length < 20) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const version = view.getUint8(0) >> 4;
  const tcp = (view.getUint8(0) & 0x0f) * 4;
  if (version !== 4 || view.getUint8(9) !== tcpProtocol || packet.length < tcp + 20) return null;
  const flags = view.getUint8(tcp + 13);
  const payload = tcp + (view.getUint8(tcp + 12) >> 4) * 4;
  return {
    at,
    sourcePort: view.getUint16(tcp),
    destinationPort: view.getUint16(tcp + 2),
    sequence: view.getUint32(tcp + 4),
    acknowledges: view.getUint32(tcp + 8),
    syn: (flags & flag.syn) !== 0,
    ack: (flags & flag.ack) !== 0,
    fin: (flags & flag.fin) !== 0,
    rst: (flags & flag.rst) !== 0,
    payloadBytes: Math.max(0, view.getUint16(2) - payload),
    payload: packet.slice(payload, view.getUint16(2)),
  };
}
