import { queueCost } from '../costs.ts';
import { verdictOn, whoIn } from '../finding.ts';
import type { Rule, Scene } from '../scene.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { slowConsumer as say } from '../sentences/peers.ts';
import { rowsIn, type Service } from '../services.ts';
import type { Verdict } from '../verdict.ts';
import { blockedAmong } from '../window.ts';

/** A live connection whose data waits for the peer's window: the peer does not read. */
export const slowConsumer: Rule = (scene) =>
  scene.now.services.flatMap((service) => slow(scene, service));

function slow(scene: Scene, service: Service): readonly Verdict[] {
  const rows = rowsIn(service, 'ESTABLISHED').filter(({ sendQueue }) => (sendQueue ?? 0) > 0);
  const blocked = blockedAmong(scene, { service, rows }, say);
  if (blocked === null) return [];
  const { subject, confidence, queued, evidence } = blocked;
  const who = whoIn(subject);
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
