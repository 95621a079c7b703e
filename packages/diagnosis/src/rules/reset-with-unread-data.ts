import { counter } from '../counters.ts';
import { fact, processIn, verdictOnHistory, whoInHistory } from '../finding.ts';
import { type History, resetCount } from '../history.ts';
import { namespaceResets } from '../namespace-resets.ts';
import type { Rule, Scene } from '../scene.ts';
import { resetWithUnreadData as say } from '../sentences/resets.ts';
import { source, traceSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';

/** A server that refuses an upload early, or a page that is left, does this once in a while. */
const fewest = 3;
const share = 0.05;

/** close() with unread data in the receive queue: the kernel sends RST. */
export const resetWithUnreadData: Rule = (scene) =>
  scene.trace && scene.trace.source !== 'destroy-events'
    ? scene.histories.flatMap((history) => traced(scene, history))
    : byCounter(scene);

function traced(scene: Scene, history: History): readonly Verdict[] {
  const count = resetCount(history.resets, 'sent', isMeant);
  if (count === 0) return [];
  const { ended, watched } = history;
  const process = processIn(scene, history, (group) => resetCount(group.resets, 'sent', isMeant));
  const from = traceSource(history);
  return [
    verdictOnHistory(
      { scene, history, count, process },
      {
        id: 'reset-with-unread-data',
        severity: count >= fewest && count >= ended * share ? 'risk' : 'note',
        confidence: 'certain',
        summary: say.summary(whoInHistory(process, history)),
        evidence: [
          fact(count, 'sockets', { text: say.share(count, ended, watched), source: from }),
          fact(count, 'sockets', { text: say.reason(abortOnClose, count), source: from }),
        ],
        costs: [],
        lasts: { ms: null, ...say.lasts },
        do: say.do,
      },
    ),
  ];
}

const abortOnClose = 'TCP_ABORT_ON_CLOSE';

function isMeant(reason: string | null): boolean {
  return reason === abortOnClose;
}

function byCounter(scene: Scene): readonly Verdict[] {
  const aborts = counter(scene, 'TCPAbortOnClose');
  if (!aborts?.grew) return [];
  const { name, grew, watched } = aborts;
  return namespaceResets(scene, {
    id: 'reset-with-unread-data',
    count: grew,
    summary: say.counted,
    evidence: [
      fact(grew, 'sockets', { text: say.counter(name, grew, watched), source: source.netstat }),
    ],
    do: say.do,
  });
}
