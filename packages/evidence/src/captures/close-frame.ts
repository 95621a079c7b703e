import type { FrameHeader } from './frame-header.ts';
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
  readonly reason: string;
  readonly violations: number;
}

const empty: DecodedClose = { statusCode: null, reason: '', violations: 0 };
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes the Close frame at `at`, which is there with its whole payload. RFC 6455 §5.5.1. */
export function decodeClose(bytes: Uint8Array, at: number, header: FrameHeader): DecodedClose {
  if (header.payloadBytes === 0) return empty;
  if (header.payloadBytes > 125) return empty;
  if (header.payloadBytes === 1) return { ...empty, violations: CLOSE_ONE_BYTE };
  const payload = bytes.slice(
    at + header.headerBytes,
    at + header.headerBytes + header.payloadBytes,
  );
  if (header.masked) unmask(payload, bytes.subarray(at + header.headerBytes - 4));
  const statusCode = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
  const violations = isSendableCode(statusCode) ? 0 : CODE_NOT_SENDABLE;
  if (payload.length === 2) return { statusCode, reason: '', violations };
  const reason = decodeReason(payload.subarray(2));
  if (reason !== null) return { statusCode, reason, violations };
  return { statusCode, reason: '', violations: violations | REASON_NOT_UTF8 };
}

function unmask(payload: Uint8Array, mask: Uint8Array): void {
  for (let index = 0; index < payload.length; index += 1) {
    payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
}

function decodeReason(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
