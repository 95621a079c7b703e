import { describe, expect, it } from 'vitest';
import { type Failed, type RunOutcome, runScenarios } from '../../src/index.ts';

const isolation = { isolated: false, why: 'unshare failed: Operation not permitted' } as const;
const skipping = ['client-vanished', 'ports-exhausted', 'ports-reused'];

async function collect(outcomes: AsyncIterable<RunOutcome | Failed>) {
  const all = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

describe('runScenarios', () => {
  it('gives the outcomes in the order of the names, however many run side by side', async () => {
    for (const concurrency of [1, 2, 9]) {
      const outcomes = await collect(runScenarios(skipping, { isolation, concurrency }));
      const names = outcomes.map((outcome) => outcome.kind === 'skipped' && outcome.skipped.name);
      expect(names).toEqual(skipping);
    }
  });

  it('tells of each outcome as it ends', async () => {
    const told: string[] = [];
    const onOutcome = ({ kind }: RunOutcome | Failed) => void told.push(kind);
    await collect(runScenarios(skipping, { isolation, onOutcome }));
    expect(told).toEqual(['skipped', 'skipped', 'skipped']);
  });

  it('gives a failure as an outcome, and goes on', async () => {
    const outcomes = await collect(runScenarios(['no-such', 'ports-reused'], { isolation }));
    expect(outcomes).toMatchObject([{ kind: 'failed', name: 'no-such' }, { kind: 'skipped' }]);
  });

  it('rejects with the reason of a signal that was aborted before', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(collect(runScenarios(skipping, { isolation, signal }))).rejects.toBe(reason);
  });
});
