import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestReasonBytes, retryAfterIn, retryAfterReason, utf8Bytes } from '../src/index.ts';

test.each([
  ['retry-after=3', 3_000],
  ['restarting; retry-after=12.5', 12_500],
  ['Retry-After=0', 0],
  ['come back, retry-after=7, please', 7_000],
])('%j asks for a delay', (reason, delay) => {
  expect(retryAfterIn(reason)).toBe(delay);
});

test.each([
  '',
  'bye',
  'retry-after',
  'retry-after=-1',
  'no-retry-after=3',
  'retry-after=3e9',
  'retry-after=1234567890',
])('%j asks for none', (reason) => {
  expect(retryAfterIn(reason)).toBeNull();
});

test('what is written can be read, and fits into a Close frame', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100_000_000 }),
      fc.string({ unit: 'grapheme' }),
      (delay, text) => {
        const reason = retryAfterReason(delay, text);
        expect(utf8Bytes(reason)).toBeLessThanOrEqual(longestReasonBytes);
        const read = retryAfterIn(reason) ?? Number.NaN;
        expect(read).toBeGreaterThanOrEqual(delay);
        expect(read - delay).toBeLessThanOrEqual(100);
      },
    ),
  );
});

test('the length in UTF-8 is the one of the encoder', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});
