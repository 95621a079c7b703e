import type { VerdictId } from '@farewell/diagnosis';
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/stage/compare.ts';

const expected = {
  client: 'FIN-WAIT-2',
  server: 'CLOSE-WAIT',
  verdicts: ['close-wait-leak', 'fin-wait-2-orphan'],
} as const;

function seen(client: 'FIN-WAIT-2' | 'CLOSED', ...verdicts: VerdictId[]) {
  const ids = verdicts.map((id) => ({ id }));
  return { client, server: 'CLOSE-WAIT', verdicts: ids, untraced: ids } as const;
}

describe('compare', () => {
  it('has nothing to say when all agree, whatever the order of the verdicts', () => {
    const same = seen('FIN-WAIT-2', 'fin-wait-2-orphan', 'close-wait-leak');
    expect(compare(expected, same, { read: false })).toEqual([]);
    expect(compare(expected, same, { read: true })).toEqual([]);
  });

  it('names each state that is another one', () => {
    const other = { ...seen('CLOSED', ...expected.verdicts), server: 'unknown' } as const;
    expect(compare(expected, other, { read: false })).toEqual([
      'expected the client to be FIN-WAIT-2, got CLOSED',
      'expected the server to be CLOSE-WAIT, got unknown',
    ]);
  });

  it('names verdicts that are missing and verdicts that nobody expected', () => {
    const other = seen('FIN-WAIT-2', 'close-wait-leak', 'slow-consumer');
    expect(compare(expected, other, { read: false })).toEqual([
      'expected the verdict fin-wait-2-orphan, got close-wait-leak, slow-consumer',
      'the verdict slow-consumer was not expected',
    ]);
  });

  it('lets the kernel trace give what it may give, and not more', () => {
    const loose = { ...expected, perhaps: ['reset-by-us'] } as const;
    const plain = seen('FIN-WAIT-2', ...expected.verdicts);
    const also = (id: VerdictId) => ({ ...plain, verdicts: [...plain.verdicts, { id }] });
    expect(compare(loose, plain, { read: true })).toEqual([]);
    expect(compare(loose, also('reset-by-us'), { read: true })).toEqual([]);
    expect(compare(loose, also('idle-cut'), { read: true })).toHaveLength(1);
  });

  it('asks of the kernel trace what it gives on top, and only where one was read', () => {
    const sharper = { ...expected, verdicts: [], traced: ['slow-consumer'] } as const;
    const none = seen('FIN-WAIT-2');
    const traced = { ...none, verdicts: [{ id: 'slow-consumer' }] } as const;
    expect(compare(sharper, traced, { read: true })).toEqual([]);
    expect(compare(sharper, none, { read: false })).toEqual([]);
    expect(compare(sharper, none, { read: true })).toEqual([
      'expected the verdict slow-consumer with the kernel trace, got none',
    ]);
    expect(compare(sharper, seen('FIN-WAIT-2', 'slow-consumer'), { read: true })).toEqual([
      'the verdict slow-consumer was not expected',
    ]);
  });
});
