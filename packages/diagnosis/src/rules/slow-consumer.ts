import { queueCost } from '../costs.ts';
import { fact, verdictOn, weakest, whoIn } from '../finding.ts';
import { queuedBytes } from '../queues.ts';
import type { Rule, Scene } from '../scene.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { slowConsumer as say } from '../sentences/peers.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';
import { blockedByReader } from '../window.ts';

/** A live connection whose data waits for the peer's window: the peer does not read. */
export const slowConsumer: Rule = (scene) =>
  scene.now.services.flatMap((service) => slow(scene, service));

function slow(scene: Scene, service: Service): readonly Verdict[] {
  const found = rowsIn(service, 'ESTABLISHED').flatMap((row) => {
    const confidence = (row.sendQueue ?? 0) > 0 ? blockedByReader(scene, row) : null;
    return confidence ? [{ row, confidence }] : [];
  });
  if (found.length === 0) return [];
  const rows = found.map(({ row }) => row);
  const subject = { scene, service, rows };
  const confidence = weakest(found.map((each) => each.confidence));
  const queued = queuedBytes(rows);
  const who = whoIn(subject);
  const source = tableSource(scene);
  const evidence = [fact(rows.length, 'sockets', { text: say.count(rows.length, queued), source })];
  if (confidence === 'certain') {
    evidence.push(fact(scene.duration, 'ms', { text: say.lasted(scene.duration), source }));
  }
  return [
    verdictOn(subject, {
      id: 'slow-consumer',
      severity: 'risk',
      confidence,
      summary: say.summary(who),
      evidence,
      costs: [queueCost(queued)],
      lasts: { ms: null, ...lasts.untilRead(who.peer) },
      do: say.do,
    }),
  ];
}
