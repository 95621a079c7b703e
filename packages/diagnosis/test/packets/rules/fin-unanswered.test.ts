import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('fin-unanswered', parts);

describe('fin-unanswered', () => {
  const alone = fin(0, { ackedAt: null, count: 4 });

  test('a FIN, again and again, and silence', () => {
    const verdict = on({ server: { fin: alone }, goesOn: 5000 });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'likely', by: 'client' });
    expect(evidenceOf(verdict)).toBe('sent 4 times; nothing came from the client for 5 s');
  });

  test('not if it was acknowledged, nor if that side sent anything since, nor at once', () => {
    expect(on({ server: { fin: fin(0) }, goesOn: 5000 })).toBeUndefined();
    const heard = { lastPacketAt: start + 400 };
    expect(on({ server: { fin: alone }, client: heard, goesOn: 5000 })).toBeUndefined();
    expect(on({ server: { fin: alone }, goesOn: 900 })).toBeUndefined();
  });

  test('not of one direction alone, nor where the capture lost packets', () => {
    const parts = { server: { fin: alone }, goesOn: 5000 };
    expect(on({ ...parts, seen: 'server' })).toBeUndefined();
    expect(on({ ...parts, captureLost: true })).toBeUndefined();
    expect(on({ ...parts, lostElsewhere: 'packets' })).toMatchObject({ confidence: 'possible' });
  });
});
