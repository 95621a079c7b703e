import type { Failed, RunOutcome, ScenarioResult } from '@farewell/lab';
import { type ExitStatus, exitStatus } from '../exit-status.ts';

/** How a scenario ended: it ran, was skipped, or its processes failed. */
export type Outcome = RunOutcome | Failed;

/** 0 if all that ran agree, 1 if one does not or failed, 3 if nothing could run. */
export function statusOf(outcomes: readonly Outcome[]): ExitStatus {
  const bad = outcomes.some(
    (outcome) =>
      outcome.kind === 'failed' || (outcome.kind === 'ran' && !isAsExpected(outcome.result)),
  );
  if (bad) return exitStatus.found;
  const ran = outcomes.some(({ kind }) => kind === 'ran');
  return ran ? exitStatus.nothing : exitStatus.noEvidence;
}

/** Does it agree, and what runs beside it with farewell as well? */
export function isAsExpected({ agrees, managed }: ScenarioResult): boolean {
  return agrees && ('none' in managed || managed.agrees);
}

/** The scenario that this is the outcome of. */
export function nameOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'ran':
      return outcome.result.name;
    case 'skipped':
      return outcome.skipped.name;
    case 'failed':
      return outcome.name;
  }
}

/** All outcomes, when the last one is there. */
export async function collect(outcomes: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}
