import { isUtf8 } from 'node:buffer';
import { type FrameHeader, MAX_CONTROL_BYTES } from './frame-header.ts';
import {
  CLOSE_ONE_BYTE,
  CODE_NOT_SENDABLE,
  isSendableCode,
  REASON_NOT_UTF8,
} from './violations.ts';

/** A Close frame's payload. `violations` are bits of `violations.ts`. */
export interface DecodedClose {
  /** null: the frame had no status code. */
  readonly statusCode: number | null;
  /** UTF-8 bytes, unmasked; empty where they were not UTF-8. */
  readonly reason: Uint8Array;
  readonly violations: number;
}

const nothing = new Uint8Array(0);
const empty: DecodedClose = { statusCode: null, reason: nothing, violations: 0 };

/** Decodes the Close frame at `at`, which is there with its whole payload. RFC 6455 §5.5.1. */
export function decodeClose(bytes: Uint8Array, at: number, header: FrameHeader): DecodedClose {
  if (header.payloadBytes === 0 || header.payloadBytes > MAX_CONTROL_BYTES) return empty;
  if (header.payloadBytes === 1) return { ...empty, violations: CLOSE_ONE_BYTE };
  const start = at + header.headerBytes;
  const mask = header.masked ? start - 4 : -1;
  const statusCode =
    ((bytes[start] ?? 0) ^ maskByte(bytes, mask, 0)) * 256 +
    ((bytes[start + 1] ?? 0) ^ maskByte(bytes, mask, 1));
  const violations = isSendableCode(statusCode) ? 0 : CODE_NOT_SENDABLE;
  if (header.payloadBytes === 2) return { statusCode, reason: nothing, violations };
  const reason = bytes.slice(start + 2, start + header.payloadBytes);
  for (let index = 0; index < reason.length; index += 1) {
    reason[index] = (reason[index] ?? 0) ^ maskByte(bytes, mask, index + 2);
  }
  if (isUtf8(reason)) return { statusCode, reason, violations };
  return { statusCode, reason: nothing, violations: violations | REASON_NOT_UTF8 };
}

/** The byte of the masking key for the payload's byte `index`; 0 where the frame is not masked. */
function maskByte(bytes: Uint8Array, mask: number, index: number): number {
  return mask < 0 ? 0 : (bytes[mask + (index & 3)] ?? 0);
}
