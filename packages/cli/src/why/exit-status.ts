import type { Severity } from '@farewell/diagnosis';
import { type ExitStatus, exitStatus } from '../exit-status.ts';

/** From which severity on a verdict makes the exit status 1. */
export type FailOn = Extract<Severity, 'problem' | 'risk'>;

/** 1 if a verdict reaches the level, else 0. */
export function statusOf(
  { verdicts }: { readonly verdicts: readonly { readonly severity: Severity }[] },
  failOn: FailOn,
): ExitStatus {
  const reaches = ({ severity }: { severity: Severity }): boolean =>
    severity === 'problem' || (failOn === 'risk' && severity === 'risk');
  return verdicts.some(reaches) ? exitStatus.found : exitStatus.nothing;
}
