import type { SocketRow } from '@farewell/core';
import { passingThrough } from './ages.ts';
import { deadTries, unansweredProbes, unansweredTries } from './retransmission.ts';
import type { Scene } from './scene.ts';
import type { Confidence } from './verdict.ts';

/** The share of the time watched that a sender must have waited for the peer's window. */
const mostly = 0.5;

/**
 * How sure it is that the peer lives and does not read: bytes wait for its window. Null: they do not, or
 * nothing tells. A window that was closed for a moment is no sign: it has to last.
 */
export function blockedByReader(scene: Scene, row: SocketRow): Confidence | null {
  if (row.timer === null || unansweredTries(row) > 0) return null;
  if (unansweredProbes(row) >= deadTries) return null;
  const earlier = scene.earlier(row);
  if (earlier && mostlyWaiting(scene, row, earlier)) return 'certain';
  if (row.timer.kind !== 'probe') return null;
  if (earlier?.timer?.kind === 'probe' && scene.duration >= passingThrough) return 'certain';
  // The time between probes doubles with each, from the RTO on: a long one comes after many short ones.
  if (row.timer.expiresIn >= passingThrough) return 'likely';
  const silent = row.tcpInfo?.lastDataSent ?? null;
  if (silent === null) return 'possible';
  return silent >= passingThrough ? 'likely' : null;
}

function mostlyWaiting(scene: Scene, row: SocketRow, earlier: SocketRow): boolean {
  const now = row.tcpInfo?.rwndLimited ?? null;
  const before = earlier.tcpInfo?.rwndLimited ?? null;
  if (now === null || before === null || scene.duration < passingThrough) return false;
  return (row.sendQueue ?? 0) > 0 && now - before >= scene.duration * mostly;
}
