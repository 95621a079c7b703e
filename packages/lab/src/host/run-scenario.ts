import { spawnSync } from 'node:child_process';
import type { ManagedResult, ScenarioResult, Skipped } from '../result.ts';
import type { Need, NoCounterpart, Scenario } from '../scenario.ts';
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
 * Makes one scenario on this machine, and beside it the same with farewell, asks the diagnosis about both, and
 * clears them away. Takes 2 to 5 s, a slow one about a minute. A scenario is skipped where something is missing that
 * it needs. Rejects if its processes fail, which is a defect of the lab and not a disagreement.
 */
export async function runScenario(name: string, options: RunOptions = {}): Promise<RunOutcome> {
  const scenario = findScenario(name);
  const { signal } = options;
  const isolation = options.isolation ?? (await probeIsolation(signal));
  const missing = scenario.needs.flatMap((needs) => {
    const reason = whyMissing(needs, isolation);
    return reason === null ? [] : [{ name, needs, reason }];
  });
  if (missing[0] !== undefined) return { kind: 'skipped', skipped: missing[0] };
  const { isolated } = isolation;
  await using stage = startStage(
    { scenario: name, version: 'as-is', isolated },
    {
      signal,
      onMessage: (message) => {
        if (message.kind === 'phase') options.onPhase?.(message.phase);
      },
    },
  );
  const [played, managed] = await Promise.all([
    stage.message('result'),
    runManaged(scenario, { signal, isolated }),
  ]);
  const { title, about, then: expected } = scenario;
  const result = { name, title, about, expected, ...played.result, managed };
  await options.whileLive?.({ result, stagePid: stage.pid });
  return { kind: 'ran', result };
}

/** The same with farewell, at the same time on a stage of its own, which is cleared away at once. */
async function runManaged(
  { name, managed }: Scenario,
  { signal, isolated }: { readonly signal: AbortSignal | undefined; readonly isolated: boolean },
): Promise<ManagedResult | NoCounterpart> {
  if ('none' in managed) return managed;
  await using stage = startStage({ scenario: name, version: 'managed', isolated }, { signal });
  const { result } = await stage.message('result');
  return { at: managed.at, ...result };
}

/** Null: it is there. */
function whyMissing(need: Need, isolation: Isolation): string | null {
  switch (need) {
    case 'namespace':
      return isolation.isolated ? null : isolation.why;
    case 'nginx':
      return isNginxHere() ? null : 'there is no `nginx` (apt-get install nginx-light)';
    case 'tc':
      return isTcHere() ? null : 'there is no `tc` with the tbf queue (apt-get install iproute2)';
  }
}

function isNginxHere(): boolean {
  return spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status === 0;
}

/** The program may be there and the kernel without the queue. */
function isTcHere(): boolean {
  const inside = ['--user', '--map-root-user', '--net', '--', 'tc'];
  const add = 'qdisc add dev lo root tbf rate 16kbit burst 1600 latency 60s'.split(' ');
  return spawnSync('unshare', [...inside, ...add], { stdio: 'ignore' }).status === 0;
}
