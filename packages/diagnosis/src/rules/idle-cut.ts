import type { FirstFin } from '@farewell/core';
import { fact, processIn, verdictOnHistory, whoInHistory } from '../finding.ts';
import { type Cluster, fullestCluster, total } from '../histogram.ts';
import type { History } from '../history.ts';
import { matchingTimeouts } from '../packets/idle-timeouts.ts';
import type { Rule, Scene } from '../scene.ts';
import { idleCut as say } from '../sentences/peers.ts';
import { traceSource } from '../sources.ts';
import type { EvidenceItem, Verdict } from '../verdict.ts';

/** Two that are alike may be chance. */
const fewest = 4;

/** Of the connections that were idle at their end so many must have the same age. */
const share = 0.8;

/** Closed within this time of the last message is the ordinary end of a conversation, ms. */
const shortestIdle = 500;

/** The histogram's buckets are 4.4 % wide: the same age falls in two or three that touch. */
const sameAge = 0.14;

/** Connections on which nothing moved end at one age: somebody has a timer. */
export const idleCut: Rule = (scene) => scene.histories.flatMap((history) => cuts(scene, history));

function cuts(scene: Scene, history: History): readonly Verdict[] {
  const idle = history.idleAges.filter(({ from }) => from >= shortestIdle);
  const cluster = fullestCluster(idle, sameAge);
  if (!cluster || cluster.count < Math.max(fewest, total(idle) * share)) return [];
  // Most ends must be like that: a few idle ones among ordinary closes are no timer of the port's.
  if (cluster.count * 2 < total(history.idleAges)) return [];
  const process = processIn(scene, history);
  const who = whoInHistory(process, history);
  const age = middle(cluster);
  const cutter = cutterOf(history, cluster.count);
  return [
    verdictOnHistory(
      { scene, history, count: cluster.count, process },
      {
        id: 'idle-cut',
        severity: cutter === 'local' ? 'note' : 'risk',
        confidence: isSpread(history, age) ? 'likely' : 'possible',
        summary: {
          local: say.byUs(who, age),
          other: say.byOther(who, age),
          unknown: say.unknown(age),
        }[cutter],
        evidence: seen(history, cluster, total(idle)),
        costs: [],
        lasts: { ms: age, text: say.lasts(age), because: say.because },
        do: say.do(cutter === 'local'),
      },
    ),
  ];
}

function middle({ from, to }: Cluster): number {
  return (from + to) / 2;
}

/** Who ended them, if one side ended nearly all. */
function cutterOf(
  { firstFins, resets, endings }: History,
  count: number,
): 'local' | 'other' | 'unknown' {
  const most = count * share;
  const fins = (side: FirstFin): number => firstFins[side];
  const sent = resets.filter(({ direction }) => direction === 'sent').length > 0;
  if (fins('local') + (sent ? endings['reset-sent'] : 0) >= most) return 'local';
  return fins('peer') + endings['reset-received'] >= most ? 'other' : 'unknown';
}

/** Ends that are spread over more time than their ages differ were not one common close. */
function isSpread({ endedOver }: History, age: number): boolean {
  return endedOver > age * sameAge;
}

function seen(history: History, cluster: Cluster, known: number): readonly EvidenceItem[] {
  const source = traceSource(history);
  const { count, from, to } = cluster;
  const names = matchingNames(cluster);
  const over = history.endedOver;
  return [
    fact(count, 'sockets', { text: say.cluster(count, known, [from, to]), source }),
    isSpread(history, middle(cluster))
      ? fact(over, 'ms', { text: say.spread(over), source })
      : fact(over, 'ms', { text: say.together, source }),
    {
      value: names.length > 0 ? names.join(', ') : null,
      unit: null,
      text: names.length > 0 ? say.matches(names) : say.noMatch,
      source: 'vendor documentation',
    },
  ];
}

/** A default that lies in the cluster, or is met from its middle. */
function matchingNames({ from, to }: Cluster): readonly string[] {
  const met = [from, (from + to) / 2, to].flatMap(matchingTimeouts);
  return [...new Set(met.filter(({ ms }) => ms <= to).map(({ name }) => name))];
}
