import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha1 } from '../../src/captures/sha1.ts';

describe('SHA-1', () => {
  it('gives what FIPS 180 gives for "abc"', () => {
    const digest = Buffer.from(sha1(Buffer.from('abc'))).toString('hex');
    expect(digest).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  });

  it('agrees with OpenSSL for messages of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        const expected = createHash('sha1').update(message).digest('hex');
        expect(Buffer.from(sha1(message)).toString('hex')).toBe(expected);
      }),
    );
  });
});
