/** A WebSocket frame's header, RFC 6455 §5.2. */
export interface FrameHeader {
  readonly opcode: number;
  readonly headerBytes: number;
  readonly payloadBytes: number;
  readonly mask: Uint8Array | null;
}

const opcodes: Readonly<Record<number, string>> = {
  0x0: 'continuation',
  0x1: 'text',
  0x2: 'binary',
  0x9: 'ping',
  0xa: 'pong',
};
const closeOpcode = 0x8;

/** Reads a frame's header; null if it is cut. */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader | null {
  if (bytes.length < 2) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = view.getUint8(1) & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const masked = (view.getUint8(1) & 0x80) !== 0;
  const maskAt = 2 + lengthBytes;
  const headerBytes = maskAt + (masked ? 4 : 0);
  if (bytes.length < headerBytes) return null;
  return {
    opcode: view.getUint8(0) & 0x0f,
    headerBytes,
    payloadBytes: payloadLength(view, short),
    mask: masked ? bytes.slice(maskAt, headerBytes) : null,
  };
}

/** `Close 1000`, `text, 12 bytes`: what a diagram shows of the frame that `bytes` begins with. */
export function describeFrame(header: FrameHeader, bytes: Uint8Array): string {
  if (header.opcode !== closeOpcode)
    return `${opcodes[header.opcode] ?? 'frame'}, ${header.payloadBytes} bytes`;
  const code = bytes.subarray(header.headerBytes, header.headerBytes + 2);
  if (header.payloadBytes < 2 || code.length < 2) return 'Close';
  const [high = 0, low = 0] = code.map((byte, index) => byte ^ (header.mask?.[index] ?? 0));
  return `Close ${(high << 8) | low}`;
}

function payloadLength(view: DataView, short: number): number {
  if (short === 126) return view.getUint16(2);
  if (short === 127) return Number(view.getBigUint64(2));
  return short;
}
