import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Action,
  type CloseOutcome,
  type Connection,
  closingPhase,
  decide,
  describeOutcome,
  endingOf,
  type Fact,
  isEnded,
  type Observation,
  observe,
  observeAll,
  outcome,
  type Policy,
  type Role,
  unseenConnection,
  type Vantage,
} from '../src/index.ts';
import { policyFor, policyPairs, setupFor } from './exploration/policies.ts';
import { type Logs, walk } from './exploration/walk.ts';
import { anyFact, anyObservation, nonsense } from './support/observations.ts';

const roles = ['client', 'server'] as const;
const vantages = ['client', 'server', 'wire'] as const;

/** A run of the exploration's model: what is seen in it is partial, but never contradicts itself. */
const run: fc.Arbitrary<Logs> = fc
  .tuple(
    fc.constantFrom(...policyPairs),
    fc.boolean(),
    fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 40 }),
  )
  .map(([pair, sees, picks]) =>
    walk(setupFor(pair, { asksKernel: { client: sees, server: true } }), picks),
  );

/** What the shell of `role` feeds back when it has carried out an action. */
function carriedOut(
  connection: Connection,
  role: Role,
  { action, at }: { action: Action; at: number },
): Observation[] {
  const facts = (...all: Fact[]): Observation[] =>
    all.map((fact) => ({ at, source: 'library', ...fact }));
  switch (action.kind) {
    case 'send-close':
      return facts({
        ...action,
        kind: 'close-frame',
        by: role,
        seenAt: role,
        hadPeerClose: 'unknown',
      });
    case 'send-ping':
      return facts({ kind: 'ping', by: role, seenAt: role, bytes: 0 });
    case 'send-fin':
      return facts(
        { kind: 'fin-queued', of: role },
        { kind: 'fin', by: role, seenAt: role, hadPeerFin: 'unknown' },
      );
    case 'reset':
      return facts({ kind: 'rst', by: role, seenAt: role, because: action.because });
    case 'destroy':
      return facts({ kind: 'destroyed', of: role, because: action.because });
    case 'resume':
      return facts({ kind: 'reading', of: role, paused: false });
    case 'release':
      return [endingOf(connection, role, { at, unflushedBytes: 0 })];
  }
}

/** Carries out what is owed until nothing is. */
function settled(connection: Connection, policy: Policy, at: number): Connection {
  let next = connection;
  for (let round = 0; round < 12; round++) {
    const { actions } = decide(next, policy, at);
    if (actions.length === 0) return next;
    for (const action of actions) {
      next = observeAll(next, carriedOut(next, policy.local, { action, at }));
    }
  }
  throw new Error(`never at rest: ${JSON.stringify(decide(next, policy, at))}`);
}

const policy = fc
  .tuple(fc.constantFrom(...policyPairs), fc.constantFrom(...roles))
  .map(([pair, role]) => policyFor(role, pair[role]));

function atFive(fact: Fact): Observation {
  return { at: 5, source: 'library', ...fact };
}

/** What a library sees after its own end is not taken in, so its end stays last. */
function endLast(all: readonly Observation[]): readonly Observation[] {
  return all.toSorted((a, b) => Number(a.kind === 'ended') - Number(b.kind === 'ended'));
}

describe('any sequence of observations, with duplicates and nonsense', () => {
  test('never throws, and leaves knowledge that survives JSON', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...vantages),
        fc.array(fc.oneof(anyObservation, nonsense)),
        policy,
        (vantage, observations, policy) => {
          const connection = observeAll(unseenConnection(vantage), observations as Observation[]);
          decide(connection, policy, 1_000);
          describeOutcome(connection);
          for (const role of roles) closingPhase(connection, role);
          expect(JSON.parse(JSON.stringify(connection))).toEqual(connection);
        },
      ),
    );
  });

  test('is taken in once: a duplicate changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyObservation), anyObservation, (observations, twice) => {
        const once = observe(observeAll(unseenConnection('wire'), observations), twice);
        expect(observe(once, twice)).toEqual(once);
      }),
    );
  });

  test('leaves an ended connection ended, with the same outcome and nothing to do', () => {
    fc.assert(
      fc.property(fc.array(anyFact), fc.array(anyFact), policy, (before, after, policy) => {
        const { local } = policy;
        const seen = observeAll(unseenConnection(local), before.map(atFive));
        const ended = observe(seen, endingOf(seen, local, { at: 6, unflushedBytes: 0 }));
        const later = observeAll(ended, after.map(atFive));
        expect(outcome(ended)).not.toBeNull();
        expect(outcome(later)).toEqual(outcome(ended));
        expect(decide(later, policy, Infinity)).toEqual({ actions: [], deadline: null });
      }),
    );
  });
});

test('decide is idempotent, never waits without a deadline, and ends with a peer that falls silent', () => {
  fc.assert(
    fc.property(fc.array(anyFact), policy, (facts, policy) => {
      const { local } = policy;
      const began: Observation = { at: 0, source: 'library', kind: 'connecting' };
      const live = facts.filter((fact) => fact.kind !== 'ended');
      let at = 0;
      let connection = observe(unseenConnection(local), began);
      for (const fact of live) {
        at += 1;
        connection = observe(connection, { at, source: 'library', ...fact });
        expect(decide(connection, policy, at)).toEqual(decide(connection, policy, at));
        connection = settled(connection, policy, at);
      }
      for (let waits = 0; !isEnded(connection); waits++) {
        const { deadline } = decide(connection, policy, at);
        expect(deadline, JSON.stringify(connection)).not.toBeNull();
        expect(waits).toBeLessThan(20);
        at = Math.max(at, deadline?.at ?? at);
        connection = settled(connection, policy, at);
      }
      expect(outcome(connection)).not.toBeNull();
    }),
    { numRuns: 500 },
  );
});

/** Every answer of an outcome by its path; answers that depend on an unknown one are left out. */
function answers(result: CloseOutcome): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) found.set(path, value);
    else for (const [name, part] of Object.entries(value)) visit(`${path}.${name}`, part);
  };
  visit('', result);
  if (result.code === 'unknown') found.delete('.reason');
  found.delete('.tcp.basis');
  return found;
}

const inferable = new Set(['.tcp.firstFin', '.tcp.timeWait']);

/** The answers of `less` that `more` contradicts. An inferred one may give way to one that was seen. */
function contradictions(less: CloseOutcome, more: CloseOutcome): string[] {
  const full = answers(more);
  return [...answers(less)]
    .filter(([path, said]) => said !== 'unknown' && said !== full.get(path))
    .filter(
      ([path]) =>
        !(inferable.has(path) && less.tcp.basis === 'inferred' && more.tcp.basis !== 'inferred'),
    )
    .map(
      ([path, said]) => `${path}: ${JSON.stringify(said)}, then ${JSON.stringify(full.get(path))}`,
    );
}

function concluded(vantage: Vantage, log: readonly Observation[]): CloseOutcome | null {
  return outcome(observeAll(unseenConnection(vantage), log));
}

describe.each(vantages)('seen from the %s', (vantage) => {
  test('taking observations away can turn an answer into unknown, never into a different answer', () => {
    fc.assert(
      fc.property(run, fc.infiniteStream(fc.boolean()), (logs, keep) => {
        const more = concluded(vantage, logs[vantage]);
        const kept = logs[vantage].filter((one) => one.kind === 'ended' || keep.next().value);
        const less = concluded(vantage, kept);
        if (more === null || less === null) return;
        expect(contradictions(less, more)).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  test('the order in which observations arrive does not matter', () => {
    const shuffled = run.chain((logs) =>
      fc.tuple(
        fc.constant(logs[vantage]),
        fc.shuffledSubarray([...logs[vantage]], { minLength: logs[vantage].length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([log, other]) => {
        expect(concluded(vantage, endLast(other))).toEqual(concluded(vantage, endLast(log)));
      }),
      { numRuns: 300 },
    );
  });
});
