import type { SocketRow } from '@farewell/core';
import { queueCost } from '../costs.ts';
import { verdictOn, whoIn } from '../finding.ts';
import type { Rule, Scene } from '../scene.ts';
import { finBlocked as say } from '../sentences/closing.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { rowsIn, type Service } from '../services.ts';
import type { Lasts, Verdict } from '../verdict.ts';
import { blockedAmong } from '../window.ts';

/**
 * The most that an orphan goes on probing, ms: pauses double from the RTO until one reaches 120 s, and the
 * kernel gives up at its end (tcp_probe_timer in net/ipv4/tcp_timer.c). All before it are less than 240 s.
 */
const longestOrphan = 360_000;

/** Our FIN waits behind data in front of a zero window: the peer lives, but does not read. */
export const finBlockedByReader: Rule = (scene) =>
  scene.now.services.flatMap((service) => blocked(scene, service));

function blocked(scene: Scene, service: Service): readonly Verdict[] {
  const closing = rowsIn(service, 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK');
  const found = blockedAmong(scene, { service, rows: closing }, say);
  if (found === null) return [];
  const { subject, confidence, queued, evidence } = found;
  const who = whoIn(subject);
  return [
    verdictOn(subject, {
      id: 'fin-blocked-by-reader',
      severity: confidence === 'possible' ? 'risk' : 'problem',
      confidence,
      summary: say.summary(who),
      evidence,
      costs: [queueCost(queued)],
      lasts: lastsOf(subject.rows, who.peer),
      do: say.do(who),
    }),
  ];
}

/** While a process holds the socket, answered probes go on for ever; an orphan's do not. */
function lastsOf(rows: readonly SocketRow[], peer: string): Lasts {
  if (rows.some(({ inode }) => inode !== 0)) return { ms: null, ...lasts.untilRead(peer) };
  return { ms: longestOrphan, ...lasts.untilReadOrphan(peer, longestOrphan) };
}
