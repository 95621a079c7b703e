import { type Isolation, type LiveScenario, runScenarios } from '@farewell/lab';
import { orAborted } from '../terminal/interrupt.ts';
import { collect, nameOf, type Outcome } from './outcomes.ts';

/** Scenarios whose verdicts are known, while their sockets and processes are still there. */
export interface Kept {
  readonly live: readonly LiveScenario[];
  /** In the order of the names; those that were skipped or failed included. */
  readonly outcomes: readonly Outcome[];
}

export interface KeepOptions {
  readonly isolation: Isolation;
  readonly signal: AbortSignal;
  readonly onOutcome: () => void;
}

/**
 * Runs all scenarios at once, calls `whileKept` when the last verdict is known, and clears them away when it
 * is settled or the signal is aborted. Gives what `whileKept` gives.
 */
export async function runAndKeep<T>(
  names: readonly string[],
  { isolation, signal, onOutcome }: KeepOptions,
  whileKept: (kept: Kept) => Promise<T>,
): Promise<T> {
  const live: LiveScenario[] = [];
  const ended: Outcome[] = [];
  const [released, release] = latch();
  const [complete, markComplete] = latch();
  const count = (): void => {
    onOutcome();
    if (live.length + ended.length === names.length) markComplete();
  };
  const run = collect(
    runScenarios(names, {
      isolation,
      signal,
      concurrency: names.length,
      whileLive: (scenario) => {
        live.push(scenario);
        count();
        return released;
      },
      onOutcome: (outcome) => {
        if (outcome.kind === 'ran') return;
        ended.push(outcome);
        count();
      },
    }),
  );
  try {
    await orAborted(Promise.race([complete, run]), signal);
    const ran = live.map(({ result }): Outcome => ({ kind: 'ran', result }));
    return await whileKept({ live, outcomes: inOrder([...ran, ...ended], names) });
  } finally {
    release();
    await Promise.allSettled([run]);
  }
}

function inOrder(outcomes: readonly Outcome[], names: readonly string[]): Outcome[] {
  return [...outcomes].sort((a, b) => names.indexOf(nameOf(a)) - names.indexOf(nameOf(b)));
}

function latch(): readonly [opened: Promise<void>, open: () => void] {
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, () => open?.()];
}
