import {
  createPolicy,
  decide,
  type Policy,
  type PolicyOptions,
  type Role,
} from '../../src/index.ts';
import type { Setup } from './shell.ts';

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
