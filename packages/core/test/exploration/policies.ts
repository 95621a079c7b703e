import {
  createPolicy,
  type DeadlineName,
  decide,
  type Policy,
  type PolicyOptions,
  type Role,
} from '../../src/index.ts';
import type { Setup } from './setup.ts';

/** A checked policy for one end. */
export function policyFor(local: Role, options: PolicyOptions = {}): Policy {
  const result = createPolicy(local, options);
  if (result.policy === null) throw new Error(result.problem);
  return result.policy;
}

const choices: readonly PolicyOptions[] = (['server', 'client'] as const).flatMap((firstFin) =>
  (['rst', 'fin'] as const).flatMap((abort) =>
    (['fin', 'reset'] as const).map((afterHandshake) => ({ firstFin, abort, afterHandshake })),
  ),
);

/** Every pair of policies of a client and a server. */
export const policyPairs: readonly Readonly<Record<Role, PolicyOptions>>[] = choices.flatMap(
  (client) => choices.map((server) => ({ client, server })),
);

/** What is explored by default: everything but pings, pauses and busy processes. */
export function setupFor(
  pair: Readonly<Record<Role, PolicyOptions>>,
  changes: Partial<Setup> = {},
): Setup {
  return {
    policies: {
      client: policyFor('client', pair.client),
      server: policyFor('server', pair.server),
    },
    decide,
    asksKernel: { client: false, server: true },
    may: ['close', 'send', 'die', 'cut', 'orphan-timeout', 'retry-timeout'],
    mayExpire: () => true,
    ...changes,
  };
}

const names = {
  openTimeout: 'opening-handshake',
  closeTimeout: 'closing-handshake',
  finTimeout: 'fin',
  flushTimeout: 'flush',
  pausedTimeout: 'paused',
  drainTimeout: 'drain',
} as const satisfies Record<string, DeadlineName>;

/** The policy in a world without time: what began at 0 is over at 0 if it is named, and else never. */
export function untimed(policy: Policy, expired: DeadlineName | null): Policy {
  const over = (name: DeadlineName): number => (name === expired ? 0 : 1);
  const timeouts = Object.fromEntries(
    Object.entries(names).map(([option, name]) => [option, over(name)]),
  );
  const heartbeat = { interval: over('heartbeat'), timeout: over('heartbeat-reply') };
  return { ...policy, ...timeouts, heartbeat };
}
