import { processIn, whoInHistory } from './finding.ts';
import { median } from './histogram.ts';
import { type History, processesOf, resetCount } from './history.ts';
import type { Traced, TracedService } from './report.ts';
import type { Scene } from './scene.ts';
import { history as say } from './sentences/history.ts';

/** What was recorded about the target, for the report. */
export function tracedIn(scene: Scene): Traced | null {
  const { trace } = scene;
  if (!trace) return null;
  return {
    source: trace.source ?? 'kernel-trace',
    from: trace.from,
    to: trace.to,
    lostEvents: trace.lostEvents,
    unconfirmed: trace.unconfirmed,
    services: scene.histories.map((history) => serviceOf(scene, history)),
  };
}

function serviceOf(scene: Scene, history: History): TracedService {
  const { role, port, destination, opened, ended, endings, firstFins, closes } = history;
  const processes = processesOf(history, (group) => group.opened + group.ended);
  const { resets, retransmits, lifetimes } = history;
  return {
    role,
    port,
    destination,
    processes: processes.map(([process]) => process),
    opened,
    ended,
    endings,
    firstFins,
    closes,
    resets,
    retransmits,
    medianLifetime: median(lifetimes),
    text: textOf(scene, history),
  };
}

function textOf(scene: Scene, history: History): string {
  const { app, peer } = whoInHistory(processIn(scene, history), history);
  const { opened, ended, watched, closes, firstFins, resets, retransmits, lifetimes } = history;
  return say.summary({
    opened,
    ended,
    watched,
    life: median(lifetimes),
    first: [
      [say.byUs(app), closes.localFirst - firstFins.crossed],
      [say.byPeer(peer), closes.peerFirst],
      [say.crossed, firstFins.crossed],
    ],
    resets: resetCount(resets, 'sent') + resetCount(resets, 'received'),
    retransmits,
  });
}
