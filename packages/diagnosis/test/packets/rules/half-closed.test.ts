import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('half-closed', parts);

describe('half-closed', () => {
  test('the other side stayed for a while, and then ended too', () => {
    const verdict = on({
      client: { fin: fin(0) },
      server: { fin: fin(4000, { hadPeerFin: true }) },
    });
    expect(verdict).toMatchObject({ severity: 'note', confidence: 'certain', by: 'server' });
    expect(evidenceOf(verdict)).toContain('4 s');
  });

  test('or went on sending', () => {
    const sends = { lastDataAt: start + 3000 };
    expect(on({ client: { fin: fin(0) }, server: sends })).toMatchObject({ by: 'server' });
  });

  test('not if it answered within a second, nor if the FINs crossed', () => {
    const prompt = fin(900, { hadPeerFin: true });
    expect(on({ client: { fin: fin(0) }, server: { fin: prompt } })).toBeUndefined();
    expect(on({ client: { fin: fin(0) }, server: { fin: fin(4000) } })).toBeUndefined();
  });
});
