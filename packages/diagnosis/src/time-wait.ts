import type { SocketRow } from '@farewell/core';
import { timeWaitLength } from './ages.ts';
import type { Scene } from './scene.ts';
import { lasts as say } from './sentences.ts';
import type { Lasts } from './verdict.ts';

/** How long TIME-WAITs last; by their timers where the table has them. */
export function timeWaitLasts(scene: Scene, rows: readonly SocketRow[]): Lasts {
  if (scene.platform === 'macos') return { ms: null, ...say.timeWaitElsewhere };
  const youngest = longestTimer(rows);
  return {
    ms: youngest ?? timeWaitLength,
    text: say.timeWait.text(youngest),
    because: say.timeWait.because,
  };
}

function longestTimer(rows: readonly SocketRow[]): number | null {
  let longest: number | null = null;
  for (const { timer } of rows) {
    if (timer?.kind === 'time-wait') longest = Math.max(longest ?? 0, timer.expiresIn);
  }
  return longest;
}
