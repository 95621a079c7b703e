import type { SocketRow } from '@farewell/core';
import { passingThrough } from './ages.ts';
import { fact, type Subject, weakest } from './finding.ts';
import { queuedBytes } from './queues.ts';
import { deadTries, unansweredProbes, unansweredTries } from './retransmission.ts';
import type { Scene } from './scene.ts';
import type { Service } from './services.ts';
import { tableSource } from './sources.ts';
import type { Confidence, EvidenceItem } from './verdict.ts';

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

/** Sockets of a service whose peers live and do not read, and what rules about them have in common. */
export interface Blocked {
  readonly subject: Subject;
  /** Of the least sure one. */
  readonly confidence: Confidence;
  readonly queued: number;
  readonly evidence: readonly EvidenceItem[];
}

interface Sayings {
  readonly count: (sockets: number, queued: number) => string;
  readonly lasted: (duration: number) => string;
}

/** Those of `rows` that are blocked by their reader; null: none is. */
export function blockedAmong(
  scene: Scene,
  { service, rows }: { readonly service: Service; readonly rows: readonly SocketRow[] },
  say: Sayings,
): Blocked | null {
  const found = rows.flatMap((row) => {
    const confidence = blockedByReader(scene, row);
    return confidence ? [{ row, confidence }] : [];
  });
  if (found.length === 0) return null;
  const blocked = found.map(({ row }) => row);
  const confidence = weakest(found.map((each) => each.confidence));
  const queued = queuedBytes(blocked);
  const source = tableSource(scene);
  const count = fact(blocked.length, 'sockets', {
    text: say.count(blocked.length, queued),
    source,
  });
  const lasted = fact(scene.duration, 'ms', { text: say.lasted(scene.duration), source });
  return {
    subject: { scene, service, rows: blocked },
    confidence,
    queued,
    evidence: confidence === 'certain' ? [count, lasted] : [count],
  };
}

function mostlyWaiting(scene: Scene, row: SocketRow, earlier: SocketRow): boolean {
  const now = row.tcpInfo?.rwndLimited ?? null;
  const before = earlier.tcpInfo?.rwndLimited ?? null;
  if (now === null || before === null || scene.duration < passingThrough) return false;
  return (row.sendQueue ?? 0) > 0 && now - before >= scene.duration * mostly;
}
