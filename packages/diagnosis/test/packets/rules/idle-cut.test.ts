import { describe, expect, test } from 'vitest';
import { close, evidenceOf, fin, reset, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('idle-cut', parts);

const after = (silence: number) => ({ endBeganAt: start, lastDataBeforeEndAt: start - silence });

describe('idle-cut', () => {
  test('cut after the silence of a known timeout', () => {
    const verdict = on({ ...after(60_010), server: { fin: fin(0) } });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'likely', by: 'server' });
    expect(evidenceOf(verdict)).toContain('nginx');
  });

  test('after a round time that no default explains it is possible', () => {
    const verdict = on({ ...after(45_020), client: { reset: reset(0) } });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'possible', by: 'client' });
  });

  test('not after another time, nor if a Close frame began the end', () => {
    expect(on({ ...after(47_300), server: { fin: fin(0) } })).toBeUndefined();
    const closed = { closeFrame: close(0), fin: fin(1) };
    expect(on({ ...after(60_010), server: closed })).toBeUndefined();
  });

  test('not where data may be missing from the capture', () => {
    const parts = { ...after(60_010), server: { fin: fin(0) } };
    expect(on({ ...parts, client: { gaps: 1 } })).toBeUndefined();
    expect(on({ ...parts, seen: 'server' })).toBeUndefined();
    expect(on({ ...parts, webSocket: false })).toBeUndefined();
  });
});
