import type { ScenarioResult, Skipped } from '../result.ts';
import { findScenario } from '../scenarios/index.ts';
import type { Phase } from '../stage/messages.ts';
import { type Isolation, probeIsolation } from './isolation.ts';
import { startStage } from './stage-process.ts';

/** A scenario whose verdict is known, while its sockets and processes are still there. */
export interface LiveScenario {
  readonly result: ScenarioResult;
  /** Of the process whose namespaces the sockets are in. */
  readonly stagePid: number;
}

export interface RunOptions {
  /** Ends the scenario and all its processes; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** As `probeIsolation` found it, so that it is not probed again for each scenario. */
  readonly isolation?: Isolation | undefined;
  readonly onPhase?: (phase: Phase) => void;
  /** The sockets and processes stay until what it returns is settled. */
  readonly whileLive?: (live: LiveScenario) => Promise<void> | void;
}

export type RunOutcome =
  | { readonly kind: 'ran'; readonly result: ScenarioResult }
  | { readonly kind: 'skipped'; readonly skipped: Skipped };

/**
 * Makes one scenario on this machine, asks the diagnosis about it, and clears it away. Takes 2 to 5 s. A
 * scenario that needs a namespace is skipped where there can be none. Rejects if its processes fail, which
 * is a defect of the lab and not a disagreement.
 */
export async function runScenario(name: string, options: RunOptions = {}): Promise<RunOutcome> {
  const scenario = findScenario(name);
  const { signal } = options;
  const isolation = options.isolation ?? (await probeIsolation(signal));
  const [need] = scenario.needs;
  if (!isolation.isolated && need !== undefined)
    return { kind: 'skipped', skipped: { name, needs: need, reason: isolation.why } };
  await using stage = startStage(
    { scenario: name, isolated: isolation.isolated },
    {
      signal,
      onMessage: (message) => {
        if (message.kind === 'phase') options.onPhase?.(message.phase);
      },
    },
  );
  const { result } = await stage.message('result');
  await options.whileLive?.({ result, stagePid: stage.pid });
  return { kind: 'ran', result };
}
