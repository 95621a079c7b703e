import type { SocketRow } from '@farewell/core';
import { type Ages, ageInState, agesOf, surelyStuck } from '../ages.ts';
import { descriptorCost, memoryCost, socketBytes } from '../costs.ts';
import { fact, verdictOn, whoIn } from '../finding.ts';
import { closesFirst } from '../history-evidence.ts';
import { growthOf } from '../rates.ts';
import { holderOf, type Rule, type Scene } from '../scene.ts';
import { finWait2Held as say } from '../sentences/closing.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { Confidence, EvidenceItem, Verdict } from '../verdict.ts';

/** We closed, the peer acknowledged and does not close; a process still holds the socket: no timer. */
export const finWait2Held: Rule = (scene) =>
  scene.now.services.flatMap((service) => held(scene, service));

function held(scene: Scene, service: Service): readonly Verdict[] {
  const owned = rowsIn(service, 'FIN-WAIT-2').filter((row) => isHeld(scene, row));
  const ages = agesOf(owned, (row) => ageInState(scene, row));
  const rows = [...ages.stuck, ...ages.unknown];
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const confidence = confidenceOf(ages);
  const who = whoIn(subject);
  const process = holderOf(scene, service, rows);
  return [
    verdictOn(subject, {
      id: 'fin-wait-2-held',
      severity: confidence === 'possible' ? 'risk' : 'problem',
      confidence,
      summary: say.summary(who),
      evidence: [...closesFirst(scene, service, who), ...seen(scene, ages)],
      costs: [
        descriptorCost(rows.length, process, growthOf(scene, service, 'FIN-WAIT-2')),
        ...(scene.platform === 'macos' ? [] : [memoryCost(rows.length, socketBytes)]),
      ],
      lasts: { ms: null, ...lasts.untilPeerCloses(who) },
      do: say.do(who),
    }),
  ];
}

/** A descriptor refers to it. Without inodes: it outlived the timer that every orphan has. */
function isHeld(scene: Scene, row: SocketRow): boolean {
  if (row.timer?.kind === 'time-wait') return false;
  if (row.inode !== null) return row.inode !== 0;
  const finTimeout = scene.settings?.finTimeout ?? null;
  return finTimeout !== null && scene.earlier(row) !== null && scene.duration > finTimeout;
}

function confidenceOf({ stuck, oldest }: Ages): Confidence {
  if (stuck.length === 0) return 'possible';
  return (oldest ?? 0) >= surelyStuck ? 'certain' : 'likely';
}

function seen(scene: Scene, { stuck, unknown, passing, oldest }: Ages): readonly EvidenceItem[] {
  const source = tableSource(scene);
  const items: EvidenceItem[] = [];
  const add = (count: number, text: string): void => {
    items.push(fact(count, 'sockets', { text, source }));
  };
  if (stuck.length > 0) add(stuck.length, say.stuck(stuck.length, oldest ?? 0));
  if (unknown.length > 0) add(unknown.length, say.ageless(unknown.length));
  if (passing > 0) add(passing, say.passing(passing));
  const outlived = stuck.filter((row) => row.inode === null).length;
  if (outlived > 0) add(outlived, say.outlived(outlived, scene.duration));
  const mirrored = [...stuck, ...unknown].filter(
    (row) => scene.mirror(row)?.tcpState === 'CLOSE-WAIT',
  ).length;
  if (mirrored > 0) add(mirrored, say.mirror(mirrored));
  return items;
}
