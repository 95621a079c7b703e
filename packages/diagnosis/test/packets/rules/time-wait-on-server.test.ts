import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('time-wait-on-server', parts);

describe('time-wait-on-server', () => {
  const fins = { server: { fin: fin(0) }, client: { fin: fin(3, { hadPeerFin: true }) } };

  test('the server sent the first FIN', () => {
    const verdict = on({ ...fins, tcp: { timeWait: 'server' } });
    expect(verdict).toMatchObject({ severity: 'healthy', confidence: 'certain', by: 'server' });
    expect(evidenceOf(verdict)).toBe(
      'the FIN of the server was first, the other followed 3 ms later',
    );
  });

  test('is wanted there by RFC 6455 only if it is a WebSocket', () => {
    const other = on({ ...fins, tcp: { timeWait: 'server' }, webSocket: false });
    expect(other?.summary).toBe('the server sent the first FIN, so it holds TIME-WAIT');
  });

  test('is likely where it is inferred', () => {
    const inferred = { timeWait: 'server', basis: 'inferred' } as const;
    expect(on({ ...fins, tcp: inferred })).toMatchObject({ confidence: 'likely' });
  });

  test('after crossed FINs both ends hold it', () => {
    const verdict = on({ ...fins, tcp: { timeWait: 'both' } });
    expect(verdict?.summary).toContain('both ends hold TIME-WAIT');
  });

  test.each(['client', 'none', 'unknown'] as const)('not if it is held by: %s', (timeWait) => {
    expect(on({ ...fins, tcp: { timeWait } })).toBeUndefined();
  });
});
