import { describe, expect, test } from 'vitest';
import { close, evidenceOf, fin, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('fin-before-close-reply', parts);

describe('fin-before-close-reply', () => {
  const hasty = { closeFrame: close(0), fin: fin(1) };

  test('FIN right behind the own Close frame', () => {
    const verdict = on({ client: hasty });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'certain', by: 'client' });
    const late = on({ client: hasty, server: { closeFrame: close(2, { hadPeerClose: true }) } });
    expect(evidenceOf(late)).toContain("the server's Close frame came after that FIN");
  });

  test('not of the side that answers, nor of one whose deadline expired', () => {
    expect(
      on({ client: { ...hasty, closeFrame: close(0, { hadPeerClose: true }) } }),
    ).toBeUndefined();
    expect(on({ client: { ...hasty, fin: fin(1000) } })).toBeUndefined();
  });

  test.each([true, 'unknown'] as const)('not if the FIN may acknowledge an answer: %s', (had) => {
    expect(on({ client: { ...hasty, fin: fin(1, { hadPeerClose: had }) } })).toBeUndefined();
    expect(on({ client: { ...hasty, fin: fin(1, { hadPeerFin: had }) } })).toBeUndefined();
  });
});
