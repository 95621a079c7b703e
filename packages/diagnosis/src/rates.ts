import type { SocketRow, SocketState } from '@farewell/core';
import { ageInState, passingThrough } from './ages.ts';
import type { Scene } from './scene.ts';
import type { Service } from './services.ts';
import type { TimeWaits } from './time-waits.ts';

/**
 * Sockets a second that got stuck in a state, less those that left it; null with one snapshot. Those that
 * pass through are left out: on a busy server one more or less of them is there at any moment.
 */
export function growthOf(scene: Scene, service: Service, tcpState: SocketState): number | null {
  return changeOf(scene, service, ({ rows }) => rows.get(tcpState) ?? []);
}

/** The same of the sockets that a process holds: an orphan takes no descriptor. */
export function heldGrowthOf(scene: Scene, service: Service, tcpState: SocketState): number | null {
  return changeOf(scene, service, ({ rows }) =>
    (rows.get(tcpState) ?? []).filter(({ inode }) => inode !== 0),
  );
}

function changeOf(
  scene: Scene,
  service: Service,
  rowsOf: (service: Service) => readonly SocketRow[],
): number | null {
  const { before, duration } = scene;
  // "The others" are not the same others a moment later.
  if (!before || service.key.endsWith('(others)')) return null;
  const rows = rowsOf(service);
  const staying = rows.filter(
    (row) => (ageInState(scene, row) ?? passingThrough) >= passingThrough,
  );
  // Where ages are known, who came in the last moment is not counted, so that moment is not either.
  const isAged = rows.some(({ tcpInfo }) => tcpInfo !== null);
  const window = isAged ? duration - passingThrough : duration;
  if (isAged && window < passingThrough) return null;
  const then = before.byKey.get(service.key);
  return ((staying.length - (then ? rowsOf(then).length : 0)) / window) * 1000;
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
