import { describe, expect, test } from 'vitest';
import { close, evidenceOf, fin, reset, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('fin-before-close-reply', parts);

describe('fin-before-close-reply', () => {
  const hasty = { closeFrame: close(0), fin: fin(1) };

  test('FIN right behind the own Close frame', () => {
    const verdict = on({ client: hasty });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'certain', by: 'client' });
    const late = on({ client: hasty, server: { closeFrame: close(2, { hadPeerClose: true }) } });
    expect(evidenceOf(late)).toContain("the server's Close frame came after that FIN");
  });

  test('within a second, if the answer came behind it', () => {
    const client = { ...hasty, fin: fin(200) };
    expect(on({ client, server: { closeFrame: close(210) } })).toBeDefined();
    expect(on({ client })).toBeUndefined();
  });

  test('says what the answer met', () => {
    const server = { closeFrame: close(2, { hadPeerClose: true }) };
    const verdict = on({ client: { ...hasty, reset: reset(3) }, server });
    expect(evidenceOf(verdict)).toContain('the client answered it with RST');
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
