/**
 * One packet of a capture, as the parsers leave it: a single object that is filled again for each
 * packet, so that millions of packets cost no allocation. Offsets are into `view` and `bytes`, which
 * show the same memory and are valid only until the next packet.
 */
export class Packet {
  view: DataView = new DataView(new ArrayBuffer(0));
  bytes: Uint8Array = new Uint8Array(0);
  /** Unix time in ms (NaN at first, so that the field is a double from the start). A double resolves about 0.25 microseconds of today's time. */
  at = Number.NaN;
  /** LINKTYPE_ number of the capture's interface. */
  linkType = 0;
  /** Where the captured bytes begin and end, and how long the packet was on the wire. */
  start = 0;
  end = 0;
  wireLength = 0;

  /** 4 or 6. */
  family = 0;
  /** IPv4's TTL or IPv6's hop limit. */
  ttl = 0;
  /** IPv4's identification; 0 for IPv6. */
  identification = 0;
  /** Where the source and destination addresses begin: 4 or 16 bytes each. */
  sourceAt = 0;
  destinationAt = 0;
  /** Their first four bytes: all of an IPv4 address. */
  source = 0;
  destination = 0;
  /** Where the IP payload would end had everything been captured. */
  ipEnd = 0;

  tcpAt = 0;
  /** The source's in the upper half, the destination's in the lower one. */
  ports = 0;
  /** Sequence numbers are kept as signed 32-bit integers: `(a - b) | 0` compares them across a wrap. */
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  window = 0;
  /** TCP payload: its first byte, the end of what was captured of it, and its length on the wire. */
  payloadAt = 0;
  payloadEnd = 0;
  payloadLength = 0;

  /** Points the packet at another piece of memory: once for each chunk, not for each packet. */
  look(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** What a packet turned out to be. `truncated`: too little of it was captured to read its headers. */
export type Dissection = 'tcp' | 'other' | 'fragment' | 'truncated';
