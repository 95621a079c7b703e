import { readHead } from './handshake.ts';
import { beginsHttp, HttpHead, MAX_HEAD_BYTES } from './parse-http-head.ts';
import { fillsExactly } from './recognise-frames.ts';
import { ATTEMPTS, FRAMES_GUESSED, MODE, REMAINING, SYN_SEEN } from './slots.ts';
import type { Stream } from './stream.ts';
import {
  BODY,
  FRAMES_MODE,
  OPAQUE,
  SEARCHING,
  START,
  TLS_MODE,
  UNBOUNDED_BODY,
  WAITING,
} from './stream-mode.ts';
import { walkFrames } from './walk-frames.ts';
import { beginsTlsRecord, walkTls } from './walk-tls.ts';

/** Segments of an unknown stream that are tried for the beginning of a frame. */
const MAX_ATTEMPTS = 64;

const head = new HttpHead();

/**
 * Reads the bytes of one segment, which continue those read before. Stops early only where the mode
 * becomes WAITING: the rest must be kept until the response to the request is known.
 */
export function readStream(stream: Stream): void {
  const { slots, side } = stream;
  while (stream.position < stream.end) {
    const mode = slots.word(MODE, side);
    if (mode === FRAMES_MODE) walkFrames(stream);
    else if (mode === OPAQUE) stream.position = stream.end;
    else if (mode === TLS_MODE) walkTls(stream);
    else if (mode === START) readStart(stream);
    else if (mode === WAITING) return;
    else if (mode === BODY) skipBody(stream);
    else if (mode === UNBOUNDED_BODY) scanBody(stream);
    else search(stream);
  }
}

/** Bytes that were never seen: harmless where they lie inside a payload, else the frames are lost. */
export function skipUnseen(stream: Stream, count: number): void {
  const { slots, side } = stream;
  const mode = slots.word(MODE, side);
  if (mode === OPAQUE) return;
  const remaining = slots.number(REMAINING, side);
  if (remaining >= count && stream.partial === null) {
    return slots.setNumber(REMAINING, remaining - count, side);
  }
  stream.keepPartial(null);
  stream.loseSync();
}

function readStart(stream: Stream): void {
  const { slots, side, bytes, position, end } = stream;
  const before = stream.partial;
  if (before !== null) return readStartWithPartial(stream, before);
  const http = beginsHttp(bytes, position, end);
  if (http === true) {
    if (!head.read(bytes, position, end)) return keepHead(stream, bytes.subarray(position, end));
    stream.position = head.end;
    return readHead(stream, head, bytes);
  }
  const tls = beginsTlsRecord(bytes, position, end);
  if (tls === true) slots.setWord(MODE, TLS_MODE, side);
  else if (tls === null || http === null) stream.keepPartial(bytes.subarray(position, end));
  else slots.setWord(MODE, slots.has(SYN_SEEN, side) ? OPAQUE : SEARCHING, side);
}

/** Joins what was kept with this segment. Bounded: a head has at most 16 KB. */
function readStartWithPartial(stream: Stream, before: Uint8Array): void {
  const { slots, side } = stream;
  const fresh = stream.bytes.subarray(stream.position, stream.end).subarray(0, MAX_HEAD_BYTES);
  const joined = new Uint8Array(before.length + fresh.length);
  joined.set(before);
  joined.set(fresh, before.length);
  if (beginsHttp(joined, 0, joined.length) === true) {
    if (!head.read(joined, 0, joined.length)) return keepHead(stream, joined);
    stream.keepPartial(null);
    stream.position += head.end - before.length;
    return readHead(stream, head, joined);
  }
  const http = beginsHttp(joined, 0, joined.length);
  const tls = beginsTlsRecord(joined, 0, joined.length);
  // The walker of records takes what was kept from here.
  if (tls === true) slots.setWord(MODE, TLS_MODE, side);
  else if (tls === null || http === null) stream.keepPartial(joined);
  else {
    stream.keepPartial(null);
    slots.setWord(MODE, slots.has(SYN_SEEN, side) ? OPAQUE : SEARCHING, side);
  }
}

function keepHead(stream: Stream, bytes: Uint8Array): void {
  const { slots, side } = stream;
  if (bytes.length < MAX_HEAD_BYTES && stream.rare.hasRoom(bytes.length))
    return stream.keepPartial(bytes);
  stream.keepPartial(null);
  slots.setWord(MODE, OPAQUE, side);
}

function skipBody(stream: Stream): void {
  const { slots, side } = stream;
  const remaining = slots.number(REMAINING, side);
  const step = Math.min(remaining, stream.end - stream.position);
  stream.position += step;
  slots.setNumber(REMAINING, remaining - step, side);
  if (step === remaining) slots.setWord(MODE, START, side);
}

function scanBody(stream: Stream): void {
  const { slots, side, bytes, position, end } = stream;
  if (beginsHttp(bytes, position, end) === true) slots.setWord(MODE, START, side);
  else stream.position = stream.end;
}

/** The beginning of the stream was not seen, or the thread was lost: tries each segment's beginning. */
function search(stream: Stream): void {
  const { slots, side, bytes, position, end } = stream;
  if (beginsHttp(bytes, position, end) === true) return slots.setWord(MODE, START, side);
  if (beginsTlsRecord(bytes, position, end) === true) return slots.setWord(MODE, TLS_MODE, side);
  if (fillsExactly(bytes, position, end) && stream.cutBytes === 0) {
    slots.mark(FRAMES_GUESSED, side);
    return slots.setWord(MODE, FRAMES_MODE, side);
  }
  stream.position = end;
  slots.count(ATTEMPTS, side);
  if (slots.word(ATTEMPTS, side) >= MAX_ATTEMPTS) slots.setWord(MODE, OPAQUE, side);
}
