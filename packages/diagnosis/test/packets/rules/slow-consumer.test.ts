import { describe, expect, test } from 'vitest';
import { evidenceOf, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('slow-consumer', parts);

describe('slow-consumer', () => {
  const full = { zeroWindows: 3, zeroWindowAtEnd: true };

  test('a window that is closed at the end', () => {
    const verdict = on({ client: full });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'likely', by: 'client' });
    expect(evidenceOf(verdict)).toContain('to 0 3 times');
  });

  test('not if it was opened again, nor if the connection has ended', () => {
    expect(on({ client: { ...full, zeroWindowAtEnd: false } })).toBeUndefined();
    expect(on({ client: full, endedAt: start })).toBeUndefined();
  });

  test('not where the packet that opened it may be missing', () => {
    expect(on({ client: full, captureLost: true })).toBeUndefined();
    expect(on({ client: full, lostElsewhere: 'packets' })).toMatchObject({
      confidence: 'possible',
    });
  });
});
