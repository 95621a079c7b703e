import type { Role } from '@farewell/core';
import { afterAll, expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { type Misbehaviour, misbehaviours, times, vanishings } from './support/misbehaviours.ts';
import { subject } from './support/subject.ts';

const roles = ['server', 'client'] as const;
const firstFins = ['server', 'client'] as const;

let unhandled = 0;
const count = (): void => void unhandled++;
process.on('unhandledRejection', count);
afterAll(() => {
  process.off('unhandledRejection', count);
  expect(unhandled).toBe(0);
});

const underTls = [
  'never answers Close',
  'answers Close and never sends FIN',
  'never answers a ping',
];

for (const role of roles) {
  describeWith(['linux'], `as ${role} over TLS, it ends when the peer`, () => {
    const secure = misbehaviours.filter(({ peer }) => underTls.includes(peer));
    all(
      secure.map((each) => ({ ...each, options: { ...each.options, tls: true } })),
      role,
    );
  });
  describeWith(['linux'], `as ${role}, it ends when the peer`, () => all(misbehaviours, role));
  describeWith(['linux', 'root'], `as ${role}, it ends when the peer's host`, () =>
    all(vanishings, role),
  );
}

function all(cases: readonly Misbehaviour[], role: Role): void {
  for (const each of cases) {
    if (each.only && each.only !== role) continue;
    for (const firstFin of firstFins) {
      test(`${each.peer} (first FIN by the ${firstFin})`, () => ends(each, role, firstFin));
    }
  }
}

async function ends(each: Misbehaviour, role: Role, firstFin: Role): Promise<void> {
  const options = { ...times, firstFin, heartbeat: false, ...each.options } as const;
  await using our = await subject(role, { name: each.peer, ...each.script }, options);
  const { connection } = our;
  if (each.only !== 'client') await connection.opened;
  await each.meanwhile?.(our);
  const ending = await connection.closed;
  expect([each.cause].flat(), ending.text).toContain(ending.cause);
  if (each.wait) {
    const [from, duration] = each.wait(ending, role);
    const late = ending.phases.endedAt - (from + duration);
    expect(late).toBeGreaterThanOrEqual(-1);
    expect(late).toBeLessThanOrEqual(100 + our.longestDelay());
  }
  if (each.waitSince) {
    const [from, duration] = each.waitSince(our);
    expect(ending.phases.endedAt - (from + duration)).toBeLessThanOrEqual(100 + our.longestDelay());
  }
  expect(await connection.close()).toBe(ending);
  const left = our.rows().map(({ tcpState }) => tcpState);
  expect(left).toEqual(left.includes('TIME-WAIT') ? ['TIME-WAIT'] : []);
  if (left.length > 0) expect(ending.tcp.heldTimeWait[role]).not.toBe('no');
  else expect(ending.tcp.heldTimeWait[role]).not.toBe('yes');
}
