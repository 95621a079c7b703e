import { describe, expect, test } from 'vitest';
import { close, evidenceOf, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('crossed-close', parts);

describe('crossed-close', () => {
  const both = {
    client: { closeFrame: close(0) },
    server: { closeFrame: close(0, { statusCode: null }) },
  };

  test('each was sent before the other had arrived', () => {
    const verdict = on({ ...both, order: 'crossed' });
    expect(verdict).toMatchObject({ severity: 'note', confidence: 'certain', by: null });
    expect(evidenceOf(verdict)).toContain('the client sent 1000, the server an empty one');
  });

  test.each(['client', 'server', 'unknown'] as const)('not if the order is %s', (order) => {
    expect(on({ ...both, order })).toBeUndefined();
  });
});
