import { MODE, REMAINING, TLS_INFO } from './slots.ts';
import type { Stream } from './stream.ts';
import { OPAQUE } from './stream-mode.ts';

const HEADER_BYTES = 5;
const ALERT = 21;
const APPLICATION_DATA = 23;
/** RFC 8446 §5.2: 2^14 bytes and up to 256 of encryption; TLS 1.2 allows 2,048. */
const MAX_RECORD_BYTES = 16_384 + 2048;
/** An alert record in the clear: level and description. */
const PLAIN_ALERT_BYTES = 2;
/** TLS 1.3 hides an alert in a record of application data: 2 bytes, 1 of type, 16 of tag. */
const HIDDEN_ALERT_BYTES = 19;

// Bits of the slot TLS_INFO: the description and level of the last alert in the clear, then these.
export const TLS_PLAIN_ALERT = 1 << 16;
export const TLS_ENCRYPTED_ALERT = 1 << 17;
export const TLS_LOOKS_LIKE_ALERT = 1 << 18;
export const TLS_SEEN = 1 << 19;

const scratch = new Uint8Array(HEADER_BYTES + PLAIN_ALERT_BYTES);

/** Do these bytes begin a TLS record? null: too few to tell. */
export function beginsTlsRecord(bytes: Uint8Array, at: number, end: number): boolean | null {
  const type = bytes[at] ?? 0;
  if (type < 20 || type > APPLICATION_DATA) return false;
  if (end - at < HEADER_BYTES) return end - at < 2 || bytes[at + 1] === 3 ? null : false;
  if (bytes[at + 1] !== 3 || (bytes[at + 2] ?? 0) > 4) return false;
  const length = recordLength(bytes, at);
  return length > 0 && length <= MAX_RECORD_BYTES;
}

/** Walks the records of one segment: types and lengths, and what alerts say in the clear. */
export function walkTls(stream: Stream): void {
  if (stream.partial !== null && !walkPartial(stream)) return;
  const { slots, side } = stream;
  while (stream.position < stream.end) {
    const remaining = slots.number(REMAINING, side);
    if (remaining > 0) {
      const step = Math.min(remaining, stream.end - stream.position);
      slots.setNumber(REMAINING, remaining - step, side);
      stream.position += step;
    } else if (!isWhole(stream.bytes, stream.position, stream.end)) {
      return stream.keepPartial(stream.bytes.subarray(stream.position, stream.end));
    } else if (!walkRecord(stream, stream.bytes, stream.position)) return;
  }
}

function isWhole(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < HEADER_BYTES) return false;
  const plainAlert = bytes[at] === ALERT && recordLength(bytes, at) === PLAIN_ALERT_BYTES;
  return !plainAlert || end - at >= HEADER_BYTES + PLAIN_ALERT_BYTES;
}

function walkPartial(stream: Stream): boolean {
  const partial = stream.partial ?? new Uint8Array(0);
  const fresh = Math.min(stream.end - stream.position, scratch.length - partial.length);
  scratch.set(partial);
  scratch.set(stream.bytes.subarray(stream.position, stream.position + fresh), partial.length);
  const end = partial.length + fresh;
  if (!isWhole(scratch, 0, end)) {
    stream.keepPartial(scratch.subarray(0, end));
    return false;
  }
  stream.keepPartial(null);
  stream.position -= partial.length;
  return walkRecord(stream, scratch, 0);
}

function walkRecord(stream: Stream, bytes: Uint8Array, at: number): boolean {
  const { slots, side } = stream;
  if (beginsTlsRecord(bytes, at, at + HEADER_BYTES) !== true) {
    slots.setWord(MODE, OPAQUE, side);
    return false;
  }
  slots.setWord(TLS_INFO, tlsInfo(bytes, at, slots.word(TLS_INFO, side)), side);
  if (bytes[at] === ALERT) stream.note?.({ kind: 'tls-alert', text: alertText(bytes, at) });
  slots.setNumber(REMAINING, recordLength(bytes, at), side);
  stream.position += HEADER_BYTES;
  return true;
}

function tlsInfo(bytes: Uint8Array, at: number, before: number): number {
  const length = recordLength(bytes, at);
  const info = (before & ~TLS_LOOKS_LIKE_ALERT) | TLS_SEEN;
  if (bytes[at] === APPLICATION_DATA) {
    return length === HIDDEN_ALERT_BYTES ? info | TLS_LOOKS_LIKE_ALERT : info;
  }
  if (bytes[at] !== ALERT) return info;
  if (length !== PLAIN_ALERT_BYTES) return info | TLS_ENCRYPTED_ALERT;
  const alert = ((bytes[at + 5] ?? 0) << 8) | (bytes[at + 6] ?? 0);
  return (info & ~0xffff) | TLS_PLAIN_ALERT | alert;
}

function alertText(bytes: Uint8Array, at: number): string {
  if (recordLength(bytes, at) !== PLAIN_ALERT_BYTES) return 'encrypted alert';
  return `alert, level ${bytes[at + 5] ?? 0}, description ${bytes[at + 6] ?? 0}`;
}

function recordLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
}
