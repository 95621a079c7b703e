import { beforeAll, expect, test } from 'vitest';
import {
  type Connection,
  type Fact,
  type Holder,
  observeAll,
  type Role,
  type TcpOutcome,
  unseenConnection,
} from '../../src/index.ts';
import { tcpOutcome } from '../../src/tcp-outcome.ts';
import {
  established,
  type LossyWorld,
  lossyKey,
  nextWorlds,
  proofHolds,
  type TcpEnd,
} from './lossy-tcp.ts';

const roles = ['client', 'server'] as const;
const worlds: LossyWorld[] = [];
const ends: LossyWorld[] = [];

beforeAll(() => {
  const seen = new Set<string>();
  const waiting: LossyWorld[] = [established];
  let transitions = 0;
  for (let world = waiting.pop(); world; world = waiting.pop()) {
    const key = lossyKey(world);
    if (seen.has(key)) continue;
    seen.add(key);
    worlds.push(world);
    const next = nextWorlds(world);
    transitions += next.length;
    if (next.length === 0) ends.push(world);
    waiting.push(...next);
  }
  const [states, all] = [worlds.length, transitions].map((count) => count.toLocaleString('en'));
  process.stdout.write(
    `TCP with losses: ${states} states, ${all} transitions, ${ends.length} ends\n`,
  );
});

/** What is known if every tcpState of these ends was seen. */
function seenOf(world: LossyWorld, which: readonly Role[]): Connection {
  const facts = which.flatMap((of) =>
    world[of].been.map((tcpState): Fact => ({ kind: 'tcp-state', of, tcpState, owned: true })),
  );
  return observeAll(
    unseenConnection('wire'),
    facts.map((fact, at) => ({ at, source: 'kernel-trace', ...fact })),
  );
}

function holder(world: LossyWorld, is: (end: TcpEnd) => boolean): Holder {
  if (is(world.client)) return is(world.server) ? 'both' : 'client';
  return is(world.server) ? 'server' : 'none';
}

function heldTimeWait(end: TcpEnd): boolean {
  return end.been.includes('TIME-WAIT');
}

function agrees(said: Holder, truth: Holder): boolean {
  return said === 'unknown' || said === truth;
}

function fits(tcp: TcpOutcome, world: LossyWorld): boolean {
  const firstFin = holder(world, (end) => end.fin === 'first');
  const timeWait = holder(world, heldTimeWait);
  return agrees(tcp.firstFin, firstFin) && agrees(tcp.timeWait, timeWait);
}

test('what a tcpState proves about the FINs is true in every state', () => {
  expect(worlds.filter((world) => !proofHolds(world.client) || !proofHolds(world.server))).toEqual(
    [],
  );
});

test('every run ends with both ends closed', () => {
  const left = ends.filter((world) => roles.some((role) => world[role].tcpState !== 'CLOSED'));
  expect(left).toEqual([]);
  expect(ends.length).toBeGreaterThan(0);
});

test('TIME-WAIT is held by nobody who did not send a first FIN', () => {
  const wrong = worlds.filter((world) =>
    roles.some((role) => heldTimeWait(world[role]) && world[role].fin !== 'first'),
  );
  expect(wrong).toEqual([]);
});

test('if the final ACK is lost, the FIN that comes again restarts TIME-WAIT, and both ends end', () => {
  const restarted = ends.filter((world) => world.client.restarts > 0 && world.losses > 0);
  expect(restarted.length).toBeGreaterThan(0);
  const restartedAndDone = restarted.filter(({ server }) => server.been.includes('LAST-ACK'));
  expect(restartedAndDone.length).toBeGreaterThan(0);
});

test('a conclusion is never wrong unless it is called inferred, whatever was lost', () => {
  const views = [['client'], ['server'], ['client', 'server']] as const;
  const wrong = ends.flatMap((world) =>
    views
      .map((view) => tcpOutcome(seenOf(world, view)))
      .filter((tcp) => tcp.basis !== 'inferred' && !fits(tcp, world)),
  );
  expect(wrong).toEqual([]);
});

test('an inferred first FIN is wrong only where the FINs crossed and one was lost or overtaken', () => {
  const wrong = ends.filter((world) => {
    const tcp = tcpOutcome(seenOf(world, ['client']));
    return !agrees(
      tcp.firstFin,
      holder(world, (end) => end.fin === 'first'),
    );
  });
  expect(wrong.length).toBeGreaterThan(0);
  expect(
    wrong.every(({ client, server }) => client.fin === 'first' && server.fin === 'first'),
  ).toBe(true);
});
