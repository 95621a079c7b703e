/**
 * WebSocket frames as raw bytes, RFC 6455 §5.2, for a peer that may break every rule on purpose:
 * nothing is checked when a frame is encoded, and nothing is thrown when one is read.
 */

export interface Frame {
  readonly fin: boolean;
  /** RSV1 to RSV3 as a number, 0 to 7. */
  readonly rsv: number;
  /** 0x0 continuation, 0x1 text, 0x2 binary, 0x8 Close, 0x9 ping, 0xA pong; others are reserved. */
  readonly opcode: number;
  readonly masked: boolean;
  /** Unmasked. */
  readonly payload: Uint8Array;
}

/** A frame to send. Left out: `fin` true, `rsv` 0, no payload. `declaredLength` may lie about the payload. */
export interface FrameSpec {
  readonly opcode: number;
  readonly payload?: Uint8Array;
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly masked?: boolean;
  readonly declaredLength?: number;
}

/** Fixed on purpose: what a script sends is the same bytes in every run. */
const maskingKey = Uint8Array.of(0x66, 0x61, 0x72, 0x65);

export function encodeFrame(spec: FrameSpec): Uint8Array {
  const payload = spec.payload ?? new Uint8Array(0);
  const length = lengthField(spec.declaredLength ?? payload.length);
  const masked = spec.masked ?? false;
  const bytes = new Uint8Array(1 + length.length + (masked ? 4 : 0) + payload.length);
  bytes[0] = (spec.fin === false ? 0 : 0x80) | ((spec.rsv ?? 0) << 4) | spec.opcode;
  bytes.set(length, 1);
  if (masked) {
    bytes[1] = (bytes[1] ?? 0) | 0x80;
    bytes.set(maskingKey, 1 + length.length);
  }
  bytes.set(masked ? applyMask(payload, maskingKey) : payload, bytes.length - payload.length);
  return bytes;
}

/** The payload of a Close frame: nothing for `null`, else a status code and a reason (RFC 6455 §5.5.1). */
export function closePayload(statusCode: number | null, reason = ''): Uint8Array {
  if (statusCode === null) return new Uint8Array(0);
  return Uint8Array.of(statusCode >> 8, statusCode & 0xff, ...new TextEncoder().encode(reason));
}

/** The other way. A one-byte payload, which RFC 6455 forbids, reads as no status code. */
export function readClosePayload(payload: Uint8Array): {
  statusCode: number | null;
  reason: string;
} {
  const [high, low] = payload;
  if (high === undefined || low === undefined) return { statusCode: null, reason: '' };
  return { statusCode: (high << 8) | low, reason: new TextDecoder().decode(payload.subarray(2)) };
}

/**
 * Reads one frame at the front of `bytes`, which took `usedBytes` of them. `null`: more bytes are needed.
 * A declared length over 2^53 reads as Infinity and is never complete.
 */
export function takeFrame(bytes: Uint8Array): { frame: Frame; usedBytes: number } | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const extended = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
  const keyAt = 2 + extended;
  const masked = (second & 0x80) !== 0;
  const start = keyAt + (masked ? 4 : 0);
  if (bytes.length < start) return null;
  const length = extended === 0 ? second & 0x7f : bigEndian(bytes.subarray(2, keyAt));
  if (bytes.length < start + length) return null;
  const body = bytes.slice(start, start + length);
  const payload = masked ? applyMask(body, bytes.subarray(keyAt, start)) : body;
  const frame = {
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 7,
    opcode: first & 0xf,
    masked,
    payload,
  };
  return { frame, usedBytes: start + length };
}

function lengthField(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(length);
  const view = new DataView(new ArrayBuffer(length <= 0xffff ? 3 : 9));
  view.setUint8(0, length <= 0xffff ? 126 : 127);
  if (length <= 0xffff) view.setUint16(1, length);
  else view.setBigUint64(1, BigInt(length));
  return new Uint8Array(view.buffer);
}

function bigEndian(bytes: Uint8Array): number {
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
}

function applyMask(payload: Uint8Array, key: Uint8Array): Uint8Array {
  return payload.map((byte, index) => byte ^ (key[index & 3] ?? 0));
}
