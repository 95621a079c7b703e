import type { CheckLevel, CheckResult, Verdict } from '@farewell/probe';
import type { FailOn } from './request.ts';

/** How many checks of one level came out how. */
export type Tally = Readonly<Record<Verdict, number>>;

export const levels = ['must', 'should', 'practice'] as const;

/** The levels counted apart: there is no single score. */
export function tallies(results: readonly CheckResult[]): Readonly<Record<CheckLevel, Tally>> {
  const of = (level: CheckLevel): Tally =>
    tally(results.filter(({ check }) => check.level === level));
  return { must: of('must'), should: of('should'), practice: of('practice') };
}

function tally(results: readonly CheckResult[]): Tally {
  const count = (verdict: Verdict): number =>
    results.filter(({ judgement }) => judgement.verdict === verdict).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    'cannot-tell': count('cannot-tell'),
    'not-applicable': count('not-applicable'),
  };
}

/** The failed checks that count: those of the level of `--fail-on` and above. */
export function counted(results: readonly CheckResult[], failOn: FailOn): readonly CheckResult[] {
  const reach = levels.slice(0, levels.indexOf(failOn) + 1);
  return results.filter(
    ({ check, judgement }) =>
      judgement.verdict === 'fail' && reach.some((level) => level === check.level),
  );
}
