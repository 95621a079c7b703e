import type { SocketRow } from '@farewell/core';
import { memoryCost, socketBytes } from '../costs.ts';
import { fact, type Subject, verdictOn, whoIn } from '../finding.ts';
import { retransmissions } from '../history-evidence.ts';
import {
  deadTries,
  defaultOrphanRetries,
  defaultRetries2,
  leastGivingUp,
  unansweredProbes,
  unansweredTries,
} from '../retransmission.ts';
import type { Rule, Scene } from '../scene.ts';
import { finUnanswered as say } from '../sentences/closing.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { EvidenceItem, Lasts, Verdict } from '../verdict.ts';

/** One loss is no sign of anything; after the second retransmission a FIN is more than unlucky. */
const fewestTries = 2;

/** So many orphans at once are more than peers that vanish in daily life, if the limit is not known. */
const manyOrphans = 1000;

/** A tenth of tcp_max_orphans: beyond the limit the kernel resets connections. */
const shareOfOrphans = 0.1;

/** We sent FIN and the peer acknowledges nothing: FIN-WAIT-1, CLOSING or LAST-ACK, retransmitting. */
export const finUnanswered: Rule = (scene) =>
  scene.now.services.flatMap((service) => unanswered(scene, service));

function unanswered(scene: Scene, service: Service): readonly Verdict[] {
  const rows = rowsIn(service, 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK').filter(isUnanswered);
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const held = rows.filter((row) => (row.inode ?? 0) !== 0);
  const limit = scene.settings?.maxOrphans ?? null;
  const isMany = rows.length >= (limit === null ? manyOrphans : limit * shareOfOrphans);
  return [
    verdictOn(subject, {
      id: 'fin-unanswered',
      severity: isMany || held.length > 0 ? 'risk' : 'note',
      confidence: mostTries(rows) > deadTries ? 'certain' : 'likely',
      summary: say.summary(whoIn(subject)),
      evidence: [...seen(subject), ...retransmissions(scene, service)],
      costs: scene.platform === 'macos' ? [] : [memoryCost(rows.length, socketBytes)],
      lasts: givingUp(scene, held.length > 0),
      do: say.do(held.length > 0),
    }),
  ];
}

function isUnanswered(row: SocketRow): boolean {
  return unansweredTries(row) >= fewestTries || unansweredProbes(row) >= deadTries;
}

function mostTries(rows: readonly SocketRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.timer?.tries ?? 0), 0);
}

function seen({ scene, rows }: Subject): readonly EvidenceItem[] {
  const source = tableSource(scene);
  const states = [...new Set(rows.map((row) => row.tcpState))].sort().join(', ');
  const orphans = rows.filter((row) => row.inode === 0).length;
  const text = say.count(rows.length, states, mostTries(rows));
  const items = [fact(rows.length, 'sockets', { text, source })];
  if (orphans > 0) items.push(fact(orphans, 'sockets', { text: say.orphans(orphans), source }));
  return items;
}

/** tcp_orphan_retries for orphans, tcp_retries2 while a process holds the socket. */
function givingUp({ settings }: Scene, isHeld: boolean): Lasts {
  const tries = isHeld
    ? (settings?.retries2 ?? defaultRetries2)
    : settings?.orphanRetries || defaultOrphanRetries;
  const ms = leastGivingUp(tries);
  return {
    ms,
    text: lasts.retransmits.text(ms),
    because: isHeld ? lasts.retransmits.owned(tries) : lasts.retransmits.orphan(tries),
  };
}
