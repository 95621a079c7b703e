import { CLOSE, CONTINUATION, FrameHeader, PONG } from './frame-header.ts';

/** No one sends such a message; a length above it is another protocol's bytes. */
const MAX_LIKELY_PAYLOAD_BYTES = 256 << 20;
const RSV1 = 0x4;

const header = new FrameHeader();

/** Could this be the header of a frame that a well-behaved peer sent? True for about 1 in 25 at random. */
export function isPlausibleFrame(frame: FrameHeader): boolean {
  const { opcode, reserved } = frame;
  if (!frame.minimal || frame.payloadBytes > MAX_LIKELY_PAYLOAD_BYTES) return false;
  if (opcode >= CLOSE) {
    if (opcode > PONG || reserved !== 0 || !frame.fin || frame.payloadBytes > 125) return false;
    return opcode !== CLOSE || frame.payloadBytes !== 1;
  }
  if (opcode > 2 || (reserved !== 0 && reserved !== RSV1)) return false;
  // Runs of zero bytes are not runs of empty continuation frames.
  return opcode !== CONTINUATION || (reserved === 0 && frame.payloadBytes > 0);
}

/**
 * Do plausible frames fill these bytes exactly? That is what a segment looks like that begins and
 * ends with a frame; chance gives it about once in 5,000 segments, which is why it takes more than
 * one to call a connection a WebSocket.
 */
export function fillsExactly(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (!header.read(bytes, at, end) || !isPlausibleFrame(header)) return false;
    at += header.headerBytes + header.payloadBytes;
  }
  return at === end;
}
