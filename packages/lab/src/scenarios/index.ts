import type { Scenario } from '../scenario.ts';
import { clientClosesFirst } from './client-closes-first.ts';
import { clientVanished } from './client-vanished.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { finWait2Held } from './fin-wait-2-held.ts';
import { portsExhausted } from './ports-exhausted.ts';
import { portsReused } from './ports-reused.ts';
import { serverClosesFirst } from './server-closes-first.ts';

/** In the order in which they are shown: each one prepares the next. */
export const scenarios: readonly Scenario[] = [
  clientClosesFirst,
  serverClosesFirst,
  portsExhausted,
  portsReused,
  closeWaitLeak,
  finWait2Held,
  clientVanished,
];

/** The scenario of that name. Throws if there is none. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined)
    throw new Error(`Expected the name of a scenario, got ${JSON.stringify(name)}`);
  return found;
}
