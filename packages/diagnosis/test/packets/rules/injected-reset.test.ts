import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, reset, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('injected-reset', parts);

describe('injected-reset', () => {
  test('another TTL is one sign: possible', () => {
    const verdict = on({ server: { reset: reset(0, { ttl: 61 }), ttl: [64, 64] } });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'possible', by: null });
    expect(evidenceOf(verdict)).toBe('its TTL is 61, that of the other packets 64');
  });

  test('two signs: likely', () => {
    const odd = reset(0, { ttl: 61, validity: 'in-window', sequenceOffset: 77 });
    expect(on({ server: { reset: odd } })).toMatchObject({
      severity: 'problem',
      confidence: 'likely',
    });
    const alive = { reset: reset(0, { ttl: 61 }), lastDataAt: start + 5 };
    expect(on({ client: alive })).toMatchObject({ severity: 'problem', confidence: 'likely' });
  });

  test('not of an ordinary one, also if it comes within the range of TTLs', () => {
    expect(on({ server: { reset: reset(0) } })).toBeUndefined();
    expect(on({ server: { reset: reset(0, { ttl: 60 }), ttl: [58, 64] } })).toBeUndefined();
    expect(on({ server: { reset: reset(2), fin: fin(1) } })).toBeUndefined();
  });

  test('not by its sequence number where packets are missing', () => {
    const ahead = reset(0, { validity: 'in-window', sequenceOffset: 77 });
    expect(on({ server: { reset: ahead } })).toMatchObject({ confidence: 'possible' });
    expect(on({ server: { reset: ahead, gaps: 1 } })).toBeUndefined();
  });

  test('one that its receiver ignores is a note, and only by its TTL', () => {
    const ignored = { ttl: 46, wentOn: true };
    const verdict = on({ server: { ignoredReset: ignored, ttl: [49, 49] } });
    expect(verdict).toMatchObject({ severity: 'note', confidence: 'likely' });
    expect(evidenceOf(verdict)).toContain('ignores it');
    expect(
      on({ server: { ignoredReset: { ...ignored, ttl: 49 }, ttl: [49, 49] } }),
    ).toBeUndefined();
    expect(on({ server: { ignoredReset: ignored, ttl: null } })).toBeUndefined();
  });
});
