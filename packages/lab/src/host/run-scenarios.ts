import { availableParallelism } from 'node:os';
import { type RunOptions, type RunOutcome, runScenario } from './run-scenario.ts';

export interface RunAllOptions extends Omit<RunOptions, 'onPhase'> {
  /** How many run side by side. They mostly wait, so by default two for each processor. */
  readonly concurrency?: number;
  /** Told of each as it ends, in whichever order. */
  readonly onOutcome?: (outcome: RunOutcome | Failed) => void;
}

/** A scenario whose processes failed: a defect of the lab or of the machine, not a disagreement. */
export interface Failed {
  readonly kind: 'failed';
  readonly name: string;
  readonly message: string;
}

/**
 * Runs these scenarios side by side and gives their outcomes in the order of the names, each as soon as the
 * ones before it are there. Rejects with the signal's reason; all processes are gone by then.
 */
export async function* runScenarios(
  names: readonly string[],
  options: RunAllOptions = {},
): AsyncGenerator<RunOutcome | Failed> {
  const limit = limiter(options.concurrency ?? 2 * availableParallelism());
  const runs = names.map((name) =>
    limit(async () => {
      const outcome = await runOne(name, options);
      options.onOutcome?.(outcome);
      return outcome;
    }),
  );
  // One that rejects before its turn has come is not unhandled: it is awaited below.
  for (const run of runs) run.catch(() => {});
  try {
    for (const run of runs) yield await run;
  } finally {
    await Promise.allSettled(runs);
  }
}

async function runOne(name: string, options: RunAllOptions): Promise<RunOutcome | Failed> {
  options.signal?.throwIfAborted();
  try {
    return await runScenario(name, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return {
      kind: 'failed',
      name,
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Lets at most `limit` tasks run at a time. */
function limiter(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = limit;
  const queue: (() => void)[] = [];
  return async (task) => {
    if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
    else free -= 1;
    try {
      return await task();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
