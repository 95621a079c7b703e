import { fact, processIn, verdictOnHistory } from '../finding.ts';
import type { History } from '../history.ts';
import type { Rule, Scene } from '../scene.ts';
import { simultaneousClose as say } from '../sentences/closing.ts';
import { traceSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';

/** Both FINs crossed: proven by CLOSING, which nothing else leads to. As it should be. */
export const simultaneousClose: Rule = (scene) =>
  scene.histories.flatMap((history) => crossed(scene, history));

function crossed(scene: Scene, history: History): readonly Verdict[] {
  const count = history.firstFins.crossed;
  if (count === 0) return [];
  const process = processIn(scene, history, ({ firstFins }) => firstFins.crossed);
  const text = say.count(count, history.ended);
  return [
    verdictOnHistory(
      { scene, history, count, process },
      {
        id: 'simultaneous-close',
        severity: 'note',
        confidence: 'certain',
        summary: say.summary,
        evidence: [fact(count, 'sockets', { text, source: traceSource(history) })],
        costs: [],
        lasts: { ms: 60_000, ...say.lasts },
        do: say.do,
      },
    ),
  ];
}
