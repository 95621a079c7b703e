import { timeWaitLength } from './ages.ts';
import type { Scene } from './scene.ts';
import { lasts as say } from './sentences/costs-and-lasts.ts';
import type { TimeWaits } from './time-waits.ts';
import type { Lasts } from './verdict.ts';

/** How long TIME-WAITs last; by their timers where the table has them. */
export function timeWaitLasts(scene: Scene, { longestLeft }: TimeWaits): Lasts {
  if (scene.platform === 'macos') return { ms: null, ...say.timeWaitElsewhere };
  return {
    ms: longestLeft ?? timeWaitLength,
    text: say.timeWait.text(longestLeft),
    because: say.timeWait.because,
  };
}
