import { expect, test } from 'vitest';
import type { Role } from '../../src/index.ts';
import { type Checks, type Explored, explore } from './explore.ts';
import { holder, invariants } from './invariants.ts';
import { eager, forgetful, hasty, moody, reckless } from './mutants.ts';
import { policyPairs, setupFor } from './policies.ts';
import type { May, Setup } from './setup.ts';
import { Shells } from './shell.ts';

const closes: readonly May[] = ['close', 'resume', 'orphan-timeout'];
const faults: readonly May[] = ['die', 'cut', 'orphan-timeout', 'retry-timeout'];
const reset = { afterHandshake: 'reset' } as const;
const waitForEachOther = {
  client: { firstFin: 'server' },
  server: { firstFin: 'client' },
} as const;

function visit(setup: Setup, checks: Checks = invariants): Explored {
  return explore(new Shells(setup), checks);
}

function tell(what: string, all: readonly Explored[]): void {
  const sum = (of: keyof Explored): string =>
    all.reduce((total, explored) => total + explored[of], 0).toLocaleString('en');
  process.stdout.write(
    `${what}: ${sum('states')} states, ${sum('transitions')} transitions, ${sum('ends')} ends\n`,
  );
}

test('the invariants hold in every joint state of every pair of policies, and both ends end in every run', () => {
  const explored = policyPairs.map((pair) => visit(setupFor(pair)));
  tell(`${policyPairs.length} pairs of policies`, explored);
  expect(explored.every(({ ends }) => ends > 0)).toBe(true);
}, 120_000);

test('they hold whichever of the two ends can look into its kernel', () => {
  const sights = [
    { client: false, server: false },
    { client: true, server: false },
    { client: true, server: true },
  ];
  const pairs = [{ client: {}, server: {} }, waitForEachOther];
  const explored = sights.flatMap((asksKernel) =>
    pairs.map((pair) => visit(setupFor(pair, { asksKernel }))),
  );
  tell('who can look into the kernel', explored);
  expect(explored).toHaveLength(6);
});

test('they hold where applications drain and terminate', () => {
  const may: readonly May[] = ['close', 'drain', 'terminate', ...faults];
  const explored = [{ client: {}, server: {} }, waitForEachOther].map((pair) =>
    visit(setupFor(pair, { may })),
  );
  tell('drains and terminations', explored);
  expect(explored).toHaveLength(2);
});

test('they hold behind a breach of the protocol, and behind a refused opening', () => {
  const may: readonly May[] = ['close', 'breach', 'refuse', ...faults];
  const pairs = policyPairs.filter(
    ({ client, server }) => client.firstFin === server.firstFin && client.abort === server.abort,
  );
  const explored = pairs.map((pair) => visit(setupFor(pair, { may })));
  tell('breaches and refusals', explored);
  expect(explored).toHaveLength(16);
}, 60_000);

test('they hold with pings, and with ends that stop reading, with and without room for data', () => {
  const explored = [
    visit(setupFor({ client: {}, server: {} }, { may: [...closes, 'ping', ...faults] })),
    visit(setupFor({ client: {}, server: {} }, { may: [...closes, 'pause-full', ...faults] })),
    visit(setupFor({ client: {}, server: {} }, { may: [...closes, 'pause-full', 'send'] })),
    visit(setupFor(waitForEachOther, { may: [...closes, 'pause-room', ...faults] })),
    visit(setupFor({ client: reset, server: reset }, { may: [...closes, 'busy', 'send'] })),
    visit(setupFor({ client: {}, server: {} }, { may: [...closes, 'busy', ...faults] })),
  ];
  tell('pings and pauses', explored);
  expect(explored).toHaveLength(6);
});

test('ends that wait for each other are parted by the deadline `fin`: the server sends FIN', () => {
  const holders = new Set<string>();
  const setup = setupFor(waitForEachOther, {
    may: ['close', 'send'],
    mayExpire: (role, name) => role === 'server' && name === 'fin',
  });
  const note: Checks = {
    inEveryState: invariants.inEveryState,
    atEveryEnd(world, shells) {
      invariants.atEveryEnd(world, shells);
      // A server whose FIN is out also stops waiting for the answer, in the worst case.
      if (!world.client.truth.sentRst && !world.server.truth.sentRst) {
        holders.add(holder(world, (side) => side.truth.heldTimeWait));
      }
    },
  };
  visit(setup, note);
  expect([...holders]).toEqual(['server']);
});

test.each(['opening-handshake', 'closing-handshake', 'fin'] as const)(
  'without the deadline `%s` a run is found that never ends',
  (missing) => {
    expect(() => visitWithout(missing)).toThrow('a socket is left that nothing will ever end');
    expect(() => visitWithout(null)).not.toThrow();
  },
);

test('a decision without a deadline is found', () => {
  expect(() => visit(mutated(forgetful))).toThrow('waits without a deadline');
});

test('an end that does not hold back its FIN is found', () => {
  expect(() => visit(mutated(eager))).toThrow('TIME-WAIT is held by');
});

test('a FIN right behind the own Close frame is found', () => {
  expect(() => visit(mutated(hasty))).toThrow('sent FIN before both Close frames passed');
});

test('a reset after Close frames that only crossed is found by what the other end loses', () => {
  const may: readonly May[] = [...closes, 'busy', 'send'];
  const policies = { client: reset, server: reset };
  expect(() => visit(setupFor(policies, { decide: reckless, may }))).toThrow(
    'the server did not close properly',
  );
});

test('a decision that differs when asked twice is found', () => {
  expect(() => visit(mutated(moody()))).toThrow('idempotent');
});

function mutated(decide: Setup['decide']): Setup {
  return setupFor({ client: {}, server: {} }, { decide });
}

/** No kernel helps: it has no timer for a connection that a process holds. */
function visitWithout(missing: string | null): Explored {
  const may: readonly May[] = ['close', 'cut', 'orphan-timeout'];
  const mayExpire = (_: Role, name: string): boolean => name !== missing;
  return visit(setupFor({ client: {}, server: {} }, { may, mayExpire }));
}
