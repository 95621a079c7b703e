import { countRepeated } from './duplicates.ts';
import { addHistory } from './history.ts';
import { HISTORY_GAP } from './history-letters.ts';
import type { Packet } from './packet.ts';
import { type EarlySegment, MAX_EARLY_BYTES, MAX_EARLY_SEGMENTS } from './rare.ts';
import { readStream, skipUnseen } from './read-stream.ts';
import {
  ACK_KNOWN,
  CAPTURE_LOST,
  FIN_SEEN,
  FLAGS,
  GAPS,
  HIGHEST_ACK,
  HIGHEST_SEQUENCE,
  HOLE,
  HOLE_SINCE,
  KEEP_ALIVES,
  LAST_DATA_AT,
  LOST_BYTES,
  MODE,
  NEXT_SEQUENCE,
  OUT_OF_ORDER,
  RARE,
  RETRANSMISSIONS,
  SEQUENCE_KNOWN,
  TRUNCATED,
} from './slots.ts';
import type { Stream, StreamNote } from './stream.ts';
import { OPAQUE, SEARCHING, TLS_MODE, WAITING } from './stream-mode.ts';

/** No window is larger (RFC 7323 §2.3): what lies further ahead is not of this connection. */
export const MAX_WINDOW_BYTES = 1 << 30;
/** Bytes that come later than this behind what followed them were sent again, as tshark has it. */
const REORDERED_WITHIN = 3;
/** So long may a packet that the receiver has be missing before it counts as not captured. */
const LOST_AFTER = 1000;

/** Reads the segment that the stream looks at, which continues the side's bytes. Part of the hot path. */
export function deliver(stream: Stream): void {
  const { slots, side } = stream;
  readStream(stream);
  slots.setNumber(LAST_DATA_AT, stream.at, side);
  if (stream.note !== null) noteData(stream, stream.note);
  if (stream.position < stream.end) return keepRest(stream);
  slots.setWord(NEXT_SEQUENCE, stream.nextSequence, side);
  if (stream.cutBytes === 0) return;
  slots.mark(TRUNCATED, side);
  skipUnseen(stream, stream.cutBytes);
}

/** Frames and heads have told what they are; of other bytes there is only their number. */
function noteData(stream: Stream, note: (note: StreamNote) => void): void {
  const { slots, side, nextSequence } = stream;
  const mode = slots.word(MODE, side);
  if (mode !== OPAQUE && mode !== TLS_MODE) return;
  const first = slots.word(NEXT_SEQUENCE, side);
  note({ kind: 'data', text: `${(nextSequence - first) | 0} bytes` });
}

/** A segment that is not simply the next one: old, partly old, early, or filling a hole. */
export function acceptOffOrder(stream: Stream, packet: Packet, sequence: number): void {
  const { slots, side } = stream;
  const offset = (sequence - slots.word(NEXT_SEQUENCE, side)) | 0;
  if (packet.payloadLength === 1 && isKeepAlive(stream, sequence)) {
    return slots.count(KEEP_ALIVES, side);
  }
  if (offset + packet.payloadLength <= 0) return countRepeated(stream, packet);
  if (offset > MAX_WINDOW_BYTES) return;
  if (offset > 0 || slots.word(MODE, side) === WAITING) return keepEarly(stream, packet, sequence);
  if (offset < 0) countRepeated(stream, packet);
  else countLate(stream, packet, sequence);
  stream.look(packet, sequence, -offset);
  deliver(stream);
  drain(stream);
}

/** RFC 9293 §3.8.4: a probe has the sequence number before the next one, and no data or one byte. */
export function isKeepAlive(stream: Stream, sequence: number): boolean {
  const { slots, side } = stream;
  if (!slots.has(SEQUENCE_KNOWN, side) || slots.has(FIN_SEEN, side)) return false;
  return ((sequence - slots.word(NEXT_SEQUENCE, side)) | 0) === -1;
}

/** Reads what was kept, as far as it continues the bytes that were read. */
export function drain(stream: Stream): void {
  const { slots, side, rare } = stream;
  const kept = rare.get(slots.id);
  if (kept === undefined) return;
  const queue = kept.early[stream.sideIndex];
  while (slots.word(MODE, side) !== WAITING) {
    const first = queue[0];
    if (first === undefined) return slots.unmark(HOLE, side);
    const offset = (first.sequence - slots.word(NEXT_SEQUENCE, side)) | 0;
    if (offset > 0) return slots.setNumber(HOLE_SINCE, first.at, side);
    rare.takeEarly(kept, stream.sideIndex);
    if (offset + first.bytes.length + first.cutBytes <= 0) continue;
    stream.lookEarly(first, -offset);
    deliver(stream);
  }
}

/** Nothing will fill this side's holes any more: reads on behind each of them. */
export function giveUpHoles(stream: Stream): void {
  const { slots, side } = stream;
  if ((slots.word(FLAGS) & RARE) === 0) return;
  const queue = stream.rare.get(slots.id)?.early[stream.sideIndex] ?? [];
  while (queue.length > 0) giveUpHole(stream, queue);
  slots.unmark(HOLE, side);
}

function giveUpHole(stream: Stream, queue: readonly EarlySegment[]): void {
  const { slots, side } = stream;
  const first = queue[0];
  if (first === undefined) return;
  if (slots.word(MODE, side) === WAITING) slots.setWord(MODE, SEARCHING, side);
  stream.at = first.at;
  skipGap(stream, first.sequence);
  drain(stream);
}

/** Goes on at `sequence`; what lies before it was never seen. */
function skipGap(stream: Stream, sequence: number): void {
  const { slots, side } = stream;
  const next = slots.word(NEXT_SEQUENCE, side);
  const missing = (sequence - next) | 0;
  if (missing <= 0) return;
  countGap(stream, next, missing);
  skipUnseen(stream, missing);
  slots.setWord(NEXT_SEQUENCE, sequence, side);
}

/**
 * Bytes from the sequence number `from` on that were sent, as what came behind them or their
 * acknowledgment shows, but not captured. Without an acknowledgment they may have been lost on their way
 * to where the capture was taken.
 */
export function countGap(stream: Stream, from: number, bytes: number): void {
  const { slots, side, peer } = stream;
  slots.count(GAPS, side);
  const hasArrived = slots.has(ACK_KNOWN, peer) && ((slots.word(HIGHEST_ACK, peer) - from) | 0) > 0;
  if (hasArrived) slots.mark(CAPTURE_LOST, side);
  slots.addNumber(LOST_BYTES, bytes, side);
  addHistory(slots, HISTORY_GAP, side);
  stream.note?.({ kind: 'gap', text: `${bytes} bytes are not in the capture` });
}

function countLate(stream: Stream, packet: Packet, sequence: number): void {
  const { slots, side } = stream;
  const end = (sequence + packet.payloadLength) | 0;
  if (!slots.has(HOLE, side) || ((end - slots.word(HIGHEST_SEQUENCE, side)) | 0) > 0) return;
  const late = packet.at - slots.number(HOLE_SINCE, side) > REORDERED_WITHIN;
  slots.count(late ? RETRANSMISSIONS : OUT_OF_ORDER, side);
}

function keepEarly(stream: Stream, packet: Packet, sequence: number): void {
  const { slots, side, rare } = stream;
  if (!rare.hasRoom(packet.payloadLength)) return readWithoutRoom(stream, packet, sequence);
  const kept = stream.obtainRare();
  const queue = kept.early[stream.sideIndex];
  if (queue.some((early) => covers(early, packet, sequence))) return countRepeated(stream, packet);
  if (!slots.has(HOLE, side)) slots.setNumber(HOLE_SINCE, packet.at, side);
  countLate(stream, packet, sequence);
  slots.mark(HOLE, side);
  rare.insertEarly(kept, stream.sideIndex, {
    sequence,
    at: packet.at,
    acknowledgment: packet.acknowledgment,
    bytes: packet.bytes.slice(packet.payloadAt, packet.payloadEnd),
    cutBytes: packet.payloadLength - (packet.payloadEnd - packet.payloadAt),
  });
  const full =
    kept.earlyBytes[stream.sideIndex] > MAX_EARLY_BYTES || queue.length > MAX_EARLY_SEGMENTS;
  if (full || isKnownLost(stream, queue, packet.at)) giveUpHole(stream, queue);
}

/** No memory is left to wait for what is missing: it counts as lost, and the segment is read now. */
function readWithoutRoom(stream: Stream, packet: Packet, sequence: number): void {
  const { slots, side } = stream;
  stream.notKept += 1;
  giveUpHoles(stream);
  const offset = (sequence - slots.word(NEXT_SEQUENCE, side)) | 0;
  if (offset + packet.payloadLength <= 0) return;
  stream.at = packet.at;
  if (slots.word(MODE, side) === WAITING) slots.setWord(MODE, SEARCHING, side);
  skipGap(stream, sequence);
  stream.look(packet, sequence, Math.max(0, -offset));
  deliver(stream);
}

function covers(early: EarlySegment, packet: Packet, sequence: number): boolean {
  const offset = (sequence - early.sequence) | 0;
  const length = early.bytes.length + early.cutBytes;
  return offset >= 0 && offset + packet.payloadLength <= length;
}

/** The receiver has acknowledged the missing bytes a while ago: they only escaped the capture. */
function isKnownLost(stream: Stream, queue: readonly EarlySegment[], at: number): boolean {
  const { slots, side, peer } = stream;
  const first = queue[0];
  if (first === undefined || slots.word(MODE, side) === WAITING) return false;
  if (at - slots.number(HOLE_SINCE, side) < LOST_AFTER) return false;
  // Only one direction was captured: no acknowledgment will ever tell.
  if (!slots.has(ACK_KNOWN, peer)) return true;
  return ((slots.word(HIGHEST_ACK, peer) - first.sequence) | 0) >= 0;
}

/** What follows an upgrade request must wait for the response. */
function keepRest(stream: Stream): void {
  const { slots, side, rare } = stream;
  const sequence = stream.sequenceAt(stream.position);
  slots.setWord(NEXT_SEQUENCE, sequence, side);
  if (!rare.hasRoom(stream.end - stream.position)) {
    stream.notKept += 1;
    return stream.loseSync();
  }
  slots.mark(HOLE, side);
  slots.setNumber(HOLE_SINCE, stream.at, side);
  rare.insertEarly(stream.obtainRare(), stream.sideIndex, {
    sequence,
    at: stream.at,
    acknowledgment: stream.acknowledgment,
    bytes: stream.bytes.slice(stream.position, stream.end),
    cutBytes: stream.cutBytes,
  });
}
