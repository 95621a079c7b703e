import type { Evidence, Problem } from '@farewell/core';

/** What made no sense in the tables: those of the snapshot that had the most of each kind. */
export function tableProblems(evidence: Evidence): Problem[] {
  const worst = new Map<string, Problem>();
  for (const problem of evidence.snapshots.flatMap(({ problems }) => problems))
    if (problem.count > (worst.get(problem.what)?.count ?? 0)) worst.set(problem.what, problem);
  return [...worst.values()];
}
