import { ClosePayload } from './close-frame.ts';
import { beginEnd } from './ending.ts';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FrameHeader,
  frameKindIndex,
  frameKinds,
  MAX_CONTROL_BYTES,
  MAX_HEADER_BYTES,
  PING,
  PONG,
  TEXT,
} from './frame-header.ts';
import { isPlausibleFrame } from './recognise-frames.ts';
import {
  AFTER_CLOSE_BYTES,
  CLOSE_ACK,
  CLOSE_AT,
  CLOSE_CODE,
  CLOSE_END,
  CLOSE_REASON,
  COMPRESSED,
  EXTENSIONS,
  FIRST_PING_AT,
  FLAGS,
  FRAMES,
  FRAMES_GUESSED,
  LAST_PING_AT,
  LAST_PONG_AT,
  MASKED_SEEN,
  MESSAGE_OPEN,
  MODE,
  REMAINING,
  type Slots,
  UNMASKED_SEEN,
  VIOLATIONS,
  WEBSOCKET,
} from './slots.ts';
import type { Stream } from './stream.ts';
import { OPAQUE, SEARCHING } from './stream-mode.ts';
import * as violation from './violations.ts';

/** A control frame at its longest; no frame needs more bytes at once. */
const SCRATCH_BYTES = MAX_HEADER_BYTES + MAX_CONTROL_BYTES;
const RSV1 = 0x4;

/** Values of the slot CLOSE_CODE. */
export const WITHOUT_CODE = 1 << 16;
const WITH_CODE = 1 << 17;

const header = new FrameHeader();
const close = new ClosePayload();
const scratch = new Uint8Array(SCRATCH_BYTES);

/**
 * Walks the frames of one segment: headers are read in place and payload is skipped by its length,
 * wherever the segments cut. Only a frame header or a Close frame that straddles segments is copied.
 */
export function walkFrames(stream: Stream): void {
  const { slots, side } = stream;
  if (stream.partial !== null && !walkPartial(stream)) return;
  while (stream.position < stream.end) {
    const remaining = slots.number(REMAINING, side);
    if (remaining > 0) {
      const step = Math.min(remaining, stream.end - stream.position);
      slots.setNumber(REMAINING, remaining - step, side);
      stream.position += step;
    } else if (!isWhole(stream.bytes, stream.position, stream.end)) {
      return stream.keepPartial(stream.bytes.subarray(stream.position, stream.end));
    } else if (!walkFrame(stream, stream.bytes, stream.position)) {
      return;
    }
  }
}

/** Reads the header into `header`. A Close frame is whole only with its payload. */
function isWhole(bytes: Uint8Array, at: number, end: number): boolean {
  if (!header.read(bytes, at, end)) return false;
  if (header.opcode !== CLOSE || header.payloadBytes > MAX_CONTROL_BYTES) return true;
  return end - at >= header.headerBytes + header.payloadBytes;
}

/** Completes what the last segment began; false if this one was not enough either. */
function walkPartial(stream: Stream): boolean {
  const partial = stream.partial ?? new Uint8Array(0);
  const fresh = Math.min(stream.end - stream.position, SCRATCH_BYTES - partial.length);
  scratch.set(partial);
  scratch.set(stream.bytes.subarray(stream.position, stream.position + fresh), partial.length);
  const end = partial.length + fresh;
  if (!isWhole(scratch, 0, end)) {
    stream.keepPartial(scratch.subarray(0, end));
    return false;
  }
  stream.keepPartial(null);
  stream.position -= partial.length;
  return walkFrame(stream, scratch, 0);
}

/** One frame whose header is in `header`; false if the stream turned out not to be frames. */
function walkFrame(stream: Stream, bytes: Uint8Array, at: number): boolean {
  const { slots, side } = stream;
  if (slots.has(FRAMES_GUESSED, side) && !isPlausibleFrame(header)) return notFrames(stream);
  stream.position += header.headerBytes;
  skipPayload(stream);
  slots.count(FRAMES + frameKindIndex(header.opcode), side);
  slots.mark(header.masked ? MASKED_SEEN : UNMASKED_SEEN, side);
  note(stream);
  const found = rulesBroken(slots, side) | followMessage(slots, side);
  if (found !== 0) slots.setWord(VIOLATIONS, slots.word(VIOLATIONS, side) | found, side);
  followClose(stream, bytes, at);
  followHeartbeat(stream);
  if ((found & violation.LENGTH_NEGATIVE) === 0) return true;
  slots.setWord(MODE, OPAQUE, side);
  return false;
}

/** Skips what this segment has of the payload; the rest is skipped when it comes. */
function skipPayload(stream: Stream): void {
  const step = Math.min(header.payloadBytes, stream.end - stream.position);
  stream.position += step;
  if (step === header.payloadBytes) return;
  stream.slots.setNumber(REMAINING, header.payloadBytes - step, stream.side);
}

/** A guess that was wrong takes its counts along. */
function notFrames(stream: Stream): false {
  const { slots, side } = stream;
  for (let kind = 0; kind < frameKinds.length; kind += 1) slots.setWord(FRAMES + kind, 0, side);
  for (const field of [COMPRESSED, CLOSE_CODE, VIOLATIONS]) slots.setWord(field, 0, side);
  slots.unmark(FRAMES_GUESSED | MASKED_SEEN | UNMASKED_SEEN | MESSAGE_OPEN, side);
  slots.setWord(MODE, SEARCHING, side);
  stream.position = stream.end;
  return false;
}

/** RFC 6455 §5.2 and §5.5, for the one frame. Masking is judged when the roles are known. */
function rulesBroken(slots: Slots, side: number): number {
  let found = 0;
  if (header.reserved !== 0) {
    if (header.reserved === RSV1) slots.count(COMPRESSED, side);
    const explained =
      header.reserved === RSV1 &&
      !header.isControl &&
      (slots.word(EXTENSIONS) !== 0 || (slots.word(FLAGS) & WEBSOCKET) === 0);
    if (!explained) found |= violation.RESERVED_BIT;
  }
  if (!header.minimal) found |= violation.LENGTH_NOT_MINIMAL;
  if (header.payloadBytes >= 2 ** 63) found |= violation.LENGTH_NEGATIVE;
  if (frameKinds[frameKindIndex(header.opcode)] === 'other') found |= violation.RESERVED_OPCODE;
  if (!header.isControl) return found;
  if (!header.fin) found |= violation.CONTROL_FRAGMENTED;
  if (header.payloadBytes > MAX_CONTROL_BYTES) found |= violation.CONTROL_TOO_LONG;
  return found;
}

/** RFC 6455 §5.4: fragments of one message follow one another; control frames may come between. */
function followMessage(slots: Slots, side: number): number {
  const { opcode } = header;
  if (opcode !== TEXT && opcode !== BINARY && opcode !== CONTINUATION) return 0;
  const open = slots.has(MESSAGE_OPEN, side);
  if (header.fin) slots.unmark(MESSAGE_OPEN, side);
  else slots.mark(MESSAGE_OPEN, side);
  if (slots.has(FRAMES_GUESSED, side)) return 0;
  if (opcode === CONTINUATION) return open ? 0 : violation.CONTINUATION_WITHOUT_START;
  return open ? violation.MESSAGE_NOT_FINISHED : 0;
}

function followClose(stream: Stream, bytes: Uint8Array, at: number): void {
  const { slots, side } = stream;
  if (slots.word(CLOSE_CODE, side) !== 0) return countAfterClose(slots, side);
  if (header.opcode !== CLOSE) return;
  close.read(bytes, at, header);
  slots.setWord(CLOSE_CODE, closeCodeWord(close.statusCode), side);
  slots.setWord(CLOSE_REASON, stream.texts.number(close.reason, 0, close.reasonBytes), side);
  slots.setWord(VIOLATIONS, slots.word(VIOLATIONS, side) | close.violations, side);
  slots.setWord(CLOSE_END, stream.sequenceAt(stream.position), side);
  slots.setWord(CLOSE_ACK, stream.acknowledgment, side);
  slots.setNumber(CLOSE_AT, stream.at, side);
  beginEnd(slots, stream.at);
  noteClose(stream, close.statusCode);
}

function noteClose({ note, texts, slots, side }: Stream, statusCode: number | null): void {
  if (note === null) return;
  const reason = texts.text(slots.word(CLOSE_REASON, side));
  note({ kind: 'close-frame', text: `${statusCode ?? 'without a code'} ${reason}`.trim() });
}

/** Never 0, which stands for no Close frame: a bit above the 16 of the code says that there is one. */
function closeCodeWord(statusCode: number | null): number {
  return statusCode === null ? WITHOUT_CODE : statusCode | WITH_CODE;
}

function countAfterClose(slots: Slots, side: number): void {
  slots.addNumber(AFTER_CLOSE_BYTES, header.headerBytes + header.payloadBytes, side);
  if (header.isControl) return;
  slots.setWord(VIOLATIONS, slots.word(VIOLATIONS, side) | violation.DATA_AFTER_CLOSE, side);
}

function followHeartbeat(stream: Stream): void {
  const { slots, side, at } = stream;
  if (header.opcode === PONG) return slots.setNumber(LAST_PONG_AT, at, side);
  if (header.opcode !== PING) return;
  if (slots.number(FIRST_PING_AT, side) === 0) slots.setNumber(FIRST_PING_AT, at, side);
  slots.setNumber(LAST_PING_AT, at, side);
}

function note(stream: Stream): void {
  if (stream.note === null || header.opcode === CLOSE) return;
  const known = frameKinds[frameKindIndex(header.opcode)] ?? 'other';
  const kind = known === 'other' ? `reserved opcode ${header.opcode}` : known;
  const fragment = header.fin ? '' : ', not final';
  stream.note({ kind: 'frame', text: `${kind}, ${header.payloadBytes} bytes${fragment}` });
}
