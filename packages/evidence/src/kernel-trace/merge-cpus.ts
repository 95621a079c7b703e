import type { EventColumns } from './event-columns.ts';

/** Rows of one CPU, in time order: from `next`, which moves, up to `end`. */
export interface CpuRun {
  next: number;
  readonly end: number;
}

/**
 * Puts the rows of all CPUs in the order of their times, up to and including `until` (ms), and leaves
 * later ones where `run.next` then points. Gives the row numbers; `order` has room for all rows.
 */
export function mergeCpus(
  columns: EventColumns,
  runs: readonly CpuRun[],
  { until, order }: { until: number; order: Int32Array },
): number {
  let length = 0;
  for (;;) {
    const earliest = earliestRun(columns, runs);
    if (earliest === null) return length;
    const { run, others } = earliest;
    const limit = Math.min(until, others);
    if (timeOf(columns, run) > until) return length;
    // The first row is the earliest of all; those that follow stay ahead as long as no other CPU is.
    do {
      order[length] = run.next;
      length += 1;
      run.next += 1;
    } while (run.next < run.end && timeOf(columns, run) <= limit);
  }
}

function earliestRun(
  columns: EventColumns,
  runs: readonly CpuRun[],
): { run: CpuRun; others: number } | null {
  let run: CpuRun | null = null;
  let time = Infinity;
  let others = Infinity;
  for (const candidate of runs) {
    const at = timeOf(columns, candidate);
    if (at < time) {
      others = time;
      time = at;
      run = candidate;
    } else if (at < others) others = at;
  }
  return run && { run, others };
}

function timeOf(columns: EventColumns, run: CpuRun): number {
  return run.next < run.end ? (columns.at[run.next] ?? Infinity) : Infinity;
}
