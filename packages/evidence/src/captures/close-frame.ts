import { isUtf8 } from 'node:buffer';
import { type FrameHeader, MAX_CONTROL_BYTES } from './frame-header.ts';
import {
  CLOSE_ONE_BYTE,
  CODE_NOT_SENDABLE,
  isSendableCode,
  REASON_NOT_UTF8,
} from './violations.ts';

/** A Close frame's payload; a single object is filled again for each frame. */
export class ClosePayload {
  /** null: the frame had no status code. */
  statusCode: number | null = null;
  /** Its first `reasonBytes` bytes are the reason: UTF-8, unmasked; none where it was not UTF-8. */
  readonly reason = new Uint8Array(MAX_CONTROL_BYTES);
  reasonBytes = 0;
  /** Bits of `violations.ts`. */
  violations = 0;

  /** Decodes the Close frame at `at`, which is there with its whole payload. RFC 6455 §5.5.1. */
  read(bytes: Uint8Array, at: number, header: FrameHeader): void {
    const { payloadBytes } = header;
    this.statusCode = null;
    this.reasonBytes = 0;
    this.violations = payloadBytes === 1 ? CLOSE_ONE_BYTE : 0;
    if (payloadBytes < 2 || payloadBytes > MAX_CONTROL_BYTES) return;
    const start = at + header.headerBytes;
    const mask = header.masked ? start - 4 : -1;
    this.statusCode =
      ((bytes[start] ?? 0) ^ maskByte(bytes, mask, 0)) * 256 +
      ((bytes[start + 1] ?? 0) ^ maskByte(bytes, mask, 1));
    if (!isSendableCode(this.statusCode)) this.violations = CODE_NOT_SENDABLE;
    const { reason } = this;
    let seen = 0;
    for (let index = 2; index < payloadBytes; index += 1) {
      const byte = (bytes[start + index] ?? 0) ^ maskByte(bytes, mask, index);
      reason[index - 2] = byte;
      seen |= byte;
    }
    // Seven bits are always UTF-8.
    if (seen < 0x80 || isUtf8(reason.subarray(0, payloadBytes - 2)))
      this.reasonBytes = payloadBytes - 2;
    else this.violations |= REASON_NOT_UTF8;
  }
}

/** The byte of the masking key for the payload's byte `index`; 0 where the frame is not masked. */
function maskByte(bytes: Uint8Array, mask: number, index: number): number {
  return mask < 0 ? 0 : (bytes[mask + (index & 3)] ?? 0);
}
