import { describe, expect, test } from 'vitest';
import { close, evidenceOf, fin, reset, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('close-never-answered', parts);

describe('close-never-answered', () => {
  test('a FIN of a side that had the Close frame, without one of its own', () => {
    const verdict = on({
      client: { closeFrame: close(0) },
      server: { fin: fin(2, { hadPeerClose: true }) },
    });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'certain', by: 'server' });
    expect(evidenceOf(verdict)).toContain('the server sent FIN 2 ms after the Close frame');
  });

  test.each([false, 'unknown'] as const)(
    'not of a FIN whose sender may not have had it: %s',
    (hadPeerClose) => {
      const parts = { client: { closeFrame: close(0) }, server: { fin: fin(2, { hadPeerClose }) } };
      expect(on(parts)).toBeUndefined();
    },
  );

  test('a reset instead', () => {
    const verdict = on({ server: { closeFrame: close(0) }, client: { reset: reset(5) } });
    expect(verdict).toMatchObject({ confidence: 'likely', by: 'client' });
    expect(on({ server: { closeFrame: close(5) }, client: { reset: reset(0) } })).toBeUndefined();
  });

  test('nothing for a second, and not for less', () => {
    const parts = { client: { closeFrame: close(0) } };
    expect(on({ ...parts, goesOn: 1000 })).toMatchObject({ confidence: 'likely', by: 'server' });
    expect(on({ ...parts, goesOn: 999 })).toBeUndefined();
  });

  test('not if the answer came, or may have', () => {
    const parts = { client: { closeFrame: close(0) }, goesOn: 60_000 };
    expect(on({ ...parts, server: { closeFrame: close(40_000) } })).toBeUndefined();
    for (const lack of [{ gaps: 1 }, { truncated: true }, { unknownFrom: 1 }])
      expect(on({ ...parts, server: lack })).toBeUndefined();
    expect(on({ ...parts, seen: 'client' })).toBeUndefined();
    expect(on({ ...parts, captureLost: true })).toBeUndefined();
  });

  test('is possible where the capture lost packets of others, and says what decides', () => {
    const verdict = on({
      client: { closeFrame: close(0) },
      goesOn: 5000,
      lostElsewhere: 'packets',
    });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'possible' });
    expect(evidenceOf(verdict)).toContain('decides');
  });
});
