import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('time-wait-on-client', parts);

describe('time-wait-on-client', () => {
  const fins = { client: { fin: fin(0) }, server: { fin: fin(3, { hadPeerFin: true }) } };

  test('the client sent the first FIN', () => {
    const verdict = on({ ...fins, tcp: { timeWait: 'client' } });
    expect(verdict).toMatchObject({ severity: 'note', confidence: 'certain', by: 'client' });
    expect(evidenceOf(verdict)).toBe(
      'the FIN of the client was first, the other followed 3 ms later',
    );
  });

  test('is likely where it is inferred', () => {
    const inferred = { timeWait: 'client', basis: 'inferred' } as const;
    expect(on({ ...fins, tcp: inferred })).toMatchObject({ confidence: 'likely' });
  });

  test('after crossed FINs both ends hold it', () => {
    const verdict = on({ ...fins, tcp: { timeWait: 'both' } });
    expect(verdict?.summary).toContain('both ends hold TIME-WAIT');
  });

  test.each(['server', 'none', 'unknown'] as const)('not if it is held by: %s', (timeWait) => {
    expect(on({ ...fins, tcp: { timeWait } })).toBeUndefined();
  });
});
