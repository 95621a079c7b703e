import { longestReasonBytes } from './close-codes.ts';

/**
 * How a server asks its client to come back later: `retry-after=SECONDS` anywhere in the reason of its
 * Close frame, as a word of its own, for example `restarting; retry-after=12.5`. It is HTTP's Retry-After in
 * the one place of a Close frame that browsers show to a page, and plain text that any client can read.
 */
const carrier = /(?:^|[\s;,])retry-after=(\d{1,9}(?:\.\d{1,3})?)(?=$|[\s;,])/i;

/** The delay that a reason asks for, ms; null: none. */
export function retryAfterIn(reason: string): number | null {
  const seconds = carrier.exec(reason)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

/**
 * A reason that asks for `delay` (ms, rounded up to a tenth of a second), behind `text` as far as there
 * is room for it: `text` is left out if the whole would exceed the 123 bytes of a reason.
 */
export function retryAfterReason(delay: number, text = ''): string {
  const token = `retry-after=${Math.ceil(delay / 100) / 10}`;
  const reason = text === '' ? token : `${text}; ${token}`;
  return utf8Bytes(reason) <= longestReasonBytes ? reason : token;
}

/** The length in UTF-8, where a lone surrogate becomes U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
