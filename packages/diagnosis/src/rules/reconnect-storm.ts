import { fact, processIn, verdictOnHistory, whoInHistory } from '../finding.ts';
import { countUpTo } from '../histogram.ts';
import { type History, resetCount } from '../history.ts';
import type { Rule, Scene } from '../scene.ts';
import { reconnectStorm as say } from '../sentences/resets.ts';
import { rowsIn } from '../services.ts';
import { traceSource } from '../sources.ts';
import type { EvidenceItem, Verdict } from '../verdict.ts';

/** Attempts a second. Health checks and polling are far below, a loop without a pause far above. */
const fewestPerSecond = 10;
const fewestAttempts = 20;

/** So many of the ends must be of connections that never opened or lived for less than `life` ms. */
const brief = { share: 0.8, life: 1000 } as const;

/** So many must fail, by RST or before they opened, so that requests without keep-alive do not fit. */
const failing = 0.5;

/** Over this share of the time: one wave after a deploy is no storm. */
const steady = 0.4;

/** Connections opened again and again without a pause, and ended at once. */
export const reconnectStorm: Rule = (scene) =>
  scene.histories.flatMap((history) => storm(scene, history));

/** What the attempts came to. */
interface Attempts {
  readonly all: number;
  readonly perSecond: number;
  readonly refused: number;
  readonly reset: number;
  readonly brief: number;
  readonly live: number;
}

/** True if a storm is told of: other rules about short lives are then silent. */
export function isStorm(history: History): boolean {
  const attempts = attemptsOf(history);
  const { watched, ended, endedOver } = history;
  if (attempts.all < fewestAttempts || attempts.perSecond < fewestPerSecond) return false;
  if (endedOver < watched * steady || attempts.live > attempts.all) return false;
  return attempts.brief >= ended * brief.share;
}

function storm(scene: Scene, history: History): readonly Verdict[] {
  if (!isStorm(history)) return [];
  const attempts = attemptsOf(history);
  const process = processIn(scene, history);
  const who = whoInHistory(process, history);
  const isFailing = attempts.refused + attempts.reset >= history.ended * failing;
  const summary = isFailing ? say.failing : say.perhaps;
  return [
    verdictOnHistory(
      { scene, history, count: attempts.all, process },
      {
        id: 'reconnect-storm',
        severity: isFailing ? 'problem' : 'risk',
        confidence: isFailing ? 'likely' : 'possible',
        summary: summary(who, history.role),
        evidence: seen(history, attempts),
        costs: [],
        lasts: { ms: null, ...say.lasts },
        do: say.do,
      },
    ),
  ];
}

function attemptsOf(history: History): Attempts {
  const { opened, endings, watched, lifetimes, resets, service } = history;
  const refused = endings['never-opened'];
  const all = opened + refused;
  return {
    all,
    perSecond: watched > 0 ? (all / watched) * 1000 : 0,
    refused,
    reset: resetCount(resets, 'received') + resetCount(resets, 'sent'),
    // The life of one that never opened may be in the histogram as well: it is counted once.
    brief: Math.max(countUpTo(lifetimes, brief.life), refused),
    live: service ? rowsIn(service, 'ESTABLISHED').length : 0,
  };
}

function seen(history: History, attempts: Attempts): readonly EvidenceItem[] {
  const { watched, ended } = history;
  const source = traceSource(history);
  const { perSecond, refused, reset, live } = attempts;
  return [
    fact(perSecond, 'attempts/s', { text: say.rate(perSecond, watched), source }),
    fact(attempts.brief, 'sockets', { text: say.brief(attempts.brief, ended), source }),
    ...(refused > 0 ? [fact(refused, 'sockets', { text: say.refused(refused), source })] : []),
    ...(reset > 0 ? [fact(reset, 'sockets', { text: say.reset(reset), source })] : []),
    fact(live, 'sockets', { text: say.live(live), source }),
  ];
}
