import { describe, expect, test } from 'vitest';
import { evidenceOf, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('handshake-refused', parts);

describe('handshake-refused', () => {
  const answer = {
    status: 101,
    serverSoftware: null,
    accept: 'right',
    upgradeHeader: true,
  } as const;

  test('another status than 101, with the name of who answered', () => {
    const verdict = on({ handshake: { ...answer, status: 502, serverSoftware: 'nginx' } });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'certain', by: 'server' });
    expect(evidenceOf(verdict)).toBe(
      'the answer was HTTP 502, not 101; the answer says that nginx sent it',
    );
  });

  test('101 that is no success', () => {
    expect(evidenceOf(on({ handshake: { ...answer, accept: 'wrong' } }))).toContain('does not fit');
    expect(on({ handshake: { ...answer, upgradeHeader: false } })).toBeDefined();
  });

  test('not of a success, nor of what was not seen', () => {
    expect(on({ handshake: answer })).toBeUndefined();
    expect(on({ handshake: { ...answer, accept: 'unknown' } })).toBeUndefined();
    expect(on({ handshake: { ...answer, status: null, accept: 'unknown' } })).toBeUndefined();
    expect(on({ handshake: null })).toBeUndefined();
  });
});
