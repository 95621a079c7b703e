import { createPolicy, type Policy, type PolicyOptions, type Role } from '@farewell/core';
import { InvalidOptionError } from './errors.ts';
import type { ConnectionSettings } from './managed-connection.ts';

/** How a connection is run, beside core's policy. */
export interface ConnectionOptions
  extends Omit<PolicyOptions, 'drainTimeout' | 'closeNotifyGrace'> {
  /** Bytes unsent above which `send` waits, and bytes not iterated over above which reading pauses. Default 65,536. */
  readonly highWaterMark?: number;
  /**
   * Ask the kernel after a close what it left behind (one sock_diag question, where koffi is installed).
   * Default true; with false the outcome more often says `unknown` or `inferred`.
   */
  readonly lookUp?: boolean;
}

/** Checks the options of one role and fills in the defaults. Throws InvalidOptionError. */
export function connectionSettings(
  local: Role,
  options: ConnectionOptions,
  hooks: Omit<ConnectionSettings, 'policy' | 'highWaterMark' | 'lookUp'>,
): ConnectionSettings {
  const isUsual = policyNames.every((name) => options[name] === undefined);
  const policy = isUsual ? usualPolicies[local] : policyOf(local, options);
  const { highWaterMark = 65_536, lookUp = true } = options;
  if (!Number.isFinite(highWaterMark) || highWaterMark <= 0) {
    const message = `Expected \`highWaterMark\` to be a finite number > 0, got \`${String(highWaterMark)}\``;
    throw new InvalidOptionError(message, 'highWaterMark');
  }
  return { policy, highWaterMark, lookUp, ...hooks };
}

const policyNames = [
  'firstFin',
  'abort',
  'afterHandshake',
  'heartbeat',
  'openTimeout',
  'closeTimeout',
  'finTimeout',
  'flushTimeout',
  'pausedTimeout',
] as const satisfies readonly (keyof PolicyOptions)[];

/** Of the connections that were told nothing else, which is most of them. */
const usualPolicies = { client: policyOf('client', {}), server: policyOf('server', {}) };

function policyOf(local: Role, options: ConnectionOptions): Policy {
  const given = Object.fromEntries(policyNames.map((name) => [name, options[name]]));
  const result = createPolicy(local, given);
  if (!result.policy) throw new InvalidOptionError(result.problem, result.option);
  return result.policy;
}
