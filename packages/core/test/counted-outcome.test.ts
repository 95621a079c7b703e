import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countedOutcome,
  endingOf,
  observe,
  observeAll,
  outcome,
  unseenConnection,
} from '../src/index.ts';
import { anyObservation } from './support/observations.ts';

const roles = ['client', 'server'] as const;

test('what is counted of an ending is what stands in its outcome', () => {
  fc.assert(
    fc.property(fc.constantFrom(...roles), fc.array(anyObservation), (role, observations) => {
      const seen = observeAll(unseenConnection(role), observations);
      const ended = observe(seen, endingOf(seen, role, { at: 1_000, unflushedBytes: 0 }));
      const { cause, code, tcp, phases } = outcome(ended) ?? expect.fail('it has ended');
      const { heldTimeWait } = tcp;
      const { closeAt, endedAt } = phases;
      expect(countedOutcome(ended, role)).toEqual({ cause, code, heldTimeWait, closeAt, endedAt });
    }),
  );
});

test('nothing is counted of a connection that has not ended', () => {
  expect(countedOutcome(unseenConnection('server'), 'server')).toBeNull();
});
