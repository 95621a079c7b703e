import { counter } from '../counters.ts';
import { fact, processIn, verdictOnHistory, whoInHistory } from '../finding.ts';
import { type History, resetCount } from '../history.ts';
import { namespaceResets } from '../namespace-resets.ts';
import type { Rule, Scene } from '../scene.ts';
import { resetByUs as say } from '../sentences/resets.ts';
import { source, traceSource } from '../sources.ts';
import type { EvidenceItem, Verdict } from '../verdict.ts';

/** A reset now and then is a deadline that passed; from this share of all ends on it is a habit. */
const fewest = 5;
const share = 0.5;

/** Reasons with verdicts of their own. */
const otherRules: ReadonlySet<string | null> = new Set([
  'TCP_ABORT_ON_CLOSE',
  'TCP_ABORT_ON_DATA',
  'TCP_TIMEWAIT_SOCKET',
]);

/** The end of a peer that vanished: nobody's doing, and as it should be. */
const keepAlive = 'TCP_KEEPALIVE_TIMEOUT';

/** Connections that this side ended by RST: linger 0, resetAndDestroy(), keep-alive. */
export const resetByUs: Rule = (scene) =>
  scene.trace && scene.trace.source !== 'destroy-events'
    ? scene.histories.flatMap((history) => traced(scene, history))
    : byCounter(scene);

function traced(scene: Scene, history: History): readonly Verdict[] {
  const { resets, ended } = history;
  const count = resetCount(resets, 'sent', isMeant);
  if (count === 0) return [];
  const process = processIn(scene, history, (group) => resetCount(group.resets, 'sent', isMeant));
  const who = whoInHistory(process, history);
  const isKeepAlive = resetCount(resets, 'sent', (reason) => reason === keepAlive) === count;
  const isHabit = count >= fewest && count >= ended * share;
  return [
    verdictOnHistory(
      { scene, history, count, process },
      {
        id: 'reset-by-us',
        severity: isHabit && !isKeepAlive ? 'risk' : 'note',
        confidence: 'certain',
        summary: isKeepAlive ? say.keepAlive(who) : say.summary(who),
        evidence: seen(history, count),
        costs: [],
        lasts: { ms: null, ...say.lasts },
        do: say.do(isKeepAlive),
      },
    ),
  ];
}

function isMeant(reason: string | null): boolean {
  return !otherRules.has(reason);
}

function seen(history: History, count: number): readonly EvidenceItem[] {
  const { resets, ended, watched } = history;
  const from = traceSource(history);
  const reasons = new Set(
    resets.flatMap((reset) => (reset.direction === 'sent' ? [reset.reason] : [])),
  );
  return [
    fact(count, 'sockets', { text: say.share(count, ended, watched), source: from }),
    ...[...reasons].filter(isMeant).map((reason) => {
      const of = resetCount(resets, 'sent', (other) => other === reason);
      return fact(of, 'sockets', { text: say.of(of, reasonText(reason)), source: from });
    }),
  ];
}

function reasonText(reason: string | null): string {
  if (reason === 'TCP_STATE') return say.linger;
  return reason === keepAlive ? say.keepAliveReason : say.other(reason);
}

/** Linger 0 and data after close() share one counter. */
function byCounter(scene: Scene): readonly Verdict[] {
  const aborts = counter(scene, 'TCPAbortOnData');
  if (!aborts?.grew) return [];
  const { name, grew, watched } = aborts;
  return namespaceResets(scene, {
    id: 'reset-by-us',
    count: grew,
    summary: say.counted,
    evidence: [
      fact(grew, 'sockets', { text: say.counter(name, grew, watched), source: source.netstat }),
    ],
    do: say.do(false),
  });
}
