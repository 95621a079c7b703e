import { counter } from '../counters.ts';
import { fact, processIn, verdictOnHistory, whoInHistory } from '../finding.ts';
import { countUpTo, total } from '../histogram.ts';
import { type History, resetCount } from '../history.ts';
import { namespaceResets } from '../namespace-resets.ts';
import type { Rule, Scene } from '../scene.ts';
import { resetByPeer as say } from '../sentences/resets.ts';
import { traceSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';

/** Single resets are daily life: a tab that crashed, a phone that was switched off. */
const fewest = 5;
const share = 0.1;

/** Load balancers check a port by a connection that lives for moments and ends by RST. */
const check = { life: 1000, share: 0.9 } as const;

/** What the kernel counts when it aborts connections of its own accord or at an application's wish. */
const ownAborts = [
  'TCPAbortOnClose',
  'TCPAbortOnData',
  'TCPAbortOnLinger',
  'TCPAbortOnMemory',
  'TCPAbortOnTimeout',
] as const;

/** Connections that an RST from outside ended. */
export const resetByPeer: Rule = (scene) =>
  scene.trace && scene.trace.source !== 'destroy-events'
    ? scene.histories.flatMap((history) => traced(scene, history))
    : byCounters(scene);

function traced(scene: Scene, history: History): readonly Verdict[] {
  const { resets, ended, watched, lifetimes } = history;
  const count = resetCount(resets, 'received');
  if (count === 0) return [];
  const process = processIn(scene, history, (group) => resetCount(group.resets, 'received'));
  const who = whoInHistory(process, history);
  const isBrief = countUpTo(lifetimes, check.life) >= Math.max(1, total(lifetimes) * check.share);
  const isMany = count >= fewest && count >= ended * share;
  const source = traceSource(history);
  const evidence = [fact(count, 'sockets', { text: say.share(count, ended, watched), source })];
  if (isBrief) evidence.push(fact(check.life, 'ms', { text: say.brief, source }));
  return [
    verdictOnHistory(
      { scene, history, count, process },
      {
        id: 'reset-by-peer',
        severity: isMany && !isBrief ? 'risk' : 'note',
        confidence: 'certain',
        summary: say.summary(who),
        evidence,
        costs: [],
        lasts: { ms: null, ...say.lasts },
        do: say.do(who),
      },
    ),
  ];
}

/** EstabResets counts every end of ESTABLISHED and CLOSE-WAIT by RST, ours included. */
function byCounters(scene: Scene): readonly Verdict[] {
  const all = counter(scene, 'EstabResets');
  if (!all?.grew) return [];
  const ours = ownAborts.reduce((sum, name) => sum + (counter(scene, name)?.grew ?? 0), 0);
  const count = all.grew - ours;
  if (count <= 0) return [];
  return namespaceResets(scene, {
    id: 'reset-by-peer',
    count,
    summary: say.counted,
    evidence: [
      {
        value: count,
        unit: 'sockets',
        text: say.estab(count, all.watched),
        source: '/proc/net/snmp',
      },
    ],
    do: say.do({ app: 'the application', peer: 'the peer' }),
  });
}
