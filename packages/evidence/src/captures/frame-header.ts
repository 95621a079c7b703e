// Opcodes of RFC 6455 §5.2.
export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** The longest frame header: 2 bytes, 8 of length, 4 of mask. */
export const MAX_HEADER_BYTES = 14;
export const MAX_CONTROL_BYTES = 125;

/** The opcodes in the order in which frames are counted; `other` are the reserved ones. */
export const frameKinds = [
  'text',
  'binary',
  'continuation',
  'ping',
  'pong',
  'close',
  'other',
] as const;
export type FrameKind = (typeof frameKinds)[number];

const kindOfOpcode = [2, 0, 1, 6, 6, 6, 6, 6, 5, 3, 4, 6, 6, 6, 6, 6];

/** Index into `frameKinds` of a 4-bit opcode. */
export function frameKindIndex(opcode: number): number {
  return kindOfOpcode[opcode] ?? 6;
}

/** One frame header; a single object is filled again for each frame. */
export class FrameHeader {
  fin = false;
  reserved = 0;
  opcode = 0;
  masked = false;
  headerBytes = 0;
  payloadBytes = 0;
  /** RFC 6455 §5.2: the fewest bytes that can hold the length must be used. */
  minimal = true;

  get isControl(): boolean {
    return this.opcode >= 0x8;
  }

  /** Reads the header at `at`; false if it does not end before `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (end - at < 2) return false;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    const short = second & 0x7f;
    this.masked = second > 0x7f;
    const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
    this.headerBytes = 2 + lengthBytes + (this.masked ? 4 : 0);
    if (end - at < this.headerBytes) return false;
    this.fin = first > 0x7f;
    this.reserved = (first >> 4) & 0x7;
    this.opcode = first & 0xf;
    this.payloadBytes = lengthBytes === 0 ? short : readLength(bytes, at + 2, lengthBytes);
    this.minimal =
      lengthBytes === 0 || this.payloadBytes > (lengthBytes === 2 ? MAX_CONTROL_BYTES : 0xffff);
    return true;
  }
}

function readLength(bytes: Uint8Array, at: number, count: number): number {
  let length = 0;
  for (let index = at; index < at + count; index += 1) length = length * 256 + (bytes[index] ?? 0);
  return length;
}
