import type { SocketState } from '@farewell/core';
import type { Scene } from './scene.ts';
import type { Service } from './services.ts';
import type { TimeWaits } from './time-waits.ts';

/** Change of a service's sockets in a state, per second; null with one snapshot. */
export function growthOf(scene: Scene, service: Service, tcpState: SocketState): number | null {
  return changeOf(scene, service, ({ rows }) => rows.get(tcpState)?.length ?? 0);
}

/** The same of the sockets that a process holds: an orphan takes no descriptor. */
export function heldGrowthOf(scene: Scene, service: Service, tcpState: SocketState): number | null {
  return changeOf(scene, service, ({ rows }) => {
    const held = rows.get(tcpState)?.filter(({ inode }) => inode !== 0);
    return held?.length ?? 0;
  });
}

function changeOf(
  { before, duration }: Scene,
  service: Service,
  count: (service: Service) => number,
): number | null {
  // "The others" are not the same others a moment later.
  if (!before || service.key.endsWith('(others)')) return null;
  const then = before.byKey.get(service.key);
  return ((count(service) - (then ? count(then) : 0)) / duration) * 1000;
}

/** What the ages of TIME-WAITs tell, also from one snapshot: each entered 60 s before it ends. */
export interface Closes {
  /** Closes by this side, per second, over the last `window` ms. */
  readonly perSecond: number;
  readonly window: number;
  /** Age of the oldest, ms. */
  readonly oldest: number;
  /** Closes in each sixth of the last minute, the latest first. */
  readonly sixths: readonly number[];
}

/** Long enough to even out a burst, short enough to mean "now". */
const recently = 10_000;

/** The closes behind these TIME-WAITs; null if the table does not give all their timers. */
export function closesOf({ count, ageless, oldest, sixths }: TimeWaits): Closes | null {
  if (count === 0 || ageless > 0) return null;
  const window = Math.max(1000, Math.min(recently, oldest));
  return { perSecond: ((sixths[0] ?? 0) / window) * 1000, window, oldest, sixths };
}
