import { describe, expect, it } from 'vitest';
import { compare } from '../../src/stage/compare.ts';

const expected = {
  client: 'FIN-WAIT-2',
  server: 'CLOSE-WAIT',
  verdicts: ['close-wait-leak', 'fin-wait-2-orphan'],
} as const;

describe('compare', () => {
  it('has nothing to say when all agree, whatever the order of the verdicts', () => {
    const verdicts = [{ id: 'fin-wait-2-orphan' }, { id: 'close-wait-leak' }] as const;
    expect(compare(expected, { ...expected, verdicts })).toEqual([]);
  });

  it('names each state that is another one', () => {
    const verdicts = expected.verdicts.map((id) => ({ id }));
    expect(compare(expected, { client: 'CLOSED', server: 'unknown', verdicts })).toEqual([
      'expected the client to be FIN-WAIT-2, got CLOSED',
      'expected the server to be CLOSE-WAIT, got unknown',
    ]);
  });

  it('names verdicts that are missing and verdicts that nobody expected', () => {
    const verdicts = [{ id: 'close-wait-leak' }, { id: 'slow-consumer' }] as const;
    expect(compare(expected, { ...expected, verdicts })).toEqual([
      'expected the verdict fin-wait-2-orphan, got close-wait-leak, slow-consumer',
      'the verdict slow-consumer was not expected',
    ]);
  });
});
