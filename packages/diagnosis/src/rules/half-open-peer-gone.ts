import type { SocketRow } from '@farewell/core';
import { descriptorCost } from '../costs.ts';
import { fact, type Subject, verdictOn, whoIn } from '../finding.ts';
import { retransmissions } from '../history-evidence.ts';
import { queuedBytes } from '../queues.ts';
import {
  deadTries,
  defaultRetries2,
  leastGivingUp,
  surelyDeadTries,
  unansweredProbes,
  unansweredTries,
} from '../retransmission.ts';
import { holderOf, type Rule, type Scene } from '../scene.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { peerGone as say } from '../sentences/peers.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { EvidenceItem, Verdict } from '../verdict.ts';

/** A live connection whose data goes unacknowledged, again and again. */
export const halfOpenPeerGone: Rule = (scene) =>
  scene.now.services.flatMap((service) => gone(scene, service));

function gone(scene: Scene, service: Service): readonly Verdict[] {
  const rows = rowsIn(service, 'ESTABLISHED').filter((row) => triesOf(row) >= deadTries);
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const isSure = mostTries(rows) >= surelyDeadTries;
  const retries = scene.settings?.retries2 ?? defaultRetries2;
  const ms = leastGivingUp(retries);
  return [
    verdictOn(subject, {
      id: 'half-open-peer-gone',
      severity: isSure ? 'problem' : 'risk',
      confidence: isSure ? 'certain' : 'likely',
      summary: say.summary(whoIn(subject)),
      evidence: [...seen(subject), ...retransmissions(scene, service)],
      costs: [descriptorCost(rows.length, holderOf(scene, service, rows), null)],
      lasts: {
        ms,
        text: lasts.retransmits.text(ms),
        because: lasts.retransmits.owned(retries),
      },
      do: say.do,
    }),
  ];
}

function triesOf(row: SocketRow): number {
  return Math.max(unansweredTries(row), unansweredProbes(row));
}

function mostTries(rows: readonly SocketRow[]): number {
  return rows.reduce((most, row) => Math.max(most, triesOf(row)), 0);
}

function seen({ scene, rows }: Subject): readonly EvidenceItem[] {
  const source = tableSource(scene);
  const queued = queuedBytes(rows);
  const silent = rows.reduce((most, row) => Math.max(most, row.tcpInfo?.lastAckReceived ?? 0), 0);
  const text = say.count(rows.length, mostTries(rows));
  const items = [fact(rows.length, 'sockets', { text, source })];
  if (queued > 0) items.push(fact(queued, 'bytes', { text: say.queued(queued), source }));
  if (silent > 0) items.push(fact(silent, 'ms', { text: say.silent(silent), source }));
  return items;
}
