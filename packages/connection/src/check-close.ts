import { longestReasonBytes, mayStandInClose } from '@farewell/core';
import { InvalidOptionError } from './errors.ts';

/** Throws InvalidOptionError for what may not stand in a Close frame (RFC 6455 §5.5 and §7.4). */
export function checkClose(code: number, reason: string): void {
  if (!mayStandInClose(code)) {
    const expected = 'a code that may stand in a Close frame (1000, or 3000 to 4999 of your own)';
    throw new InvalidOptionError(`Expected \`code\` to be ${expected}, got \`${code}\``, 'code');
  }
  const bytes = Buffer.byteLength(reason);
  if (bytes <= longestReasonBytes) return;
  const expected = `at most ${longestReasonBytes} bytes of UTF-8`;
  throw new InvalidOptionError(`Expected \`reason\` to be ${expected}, got ${bytes}`, 'reason');
}
