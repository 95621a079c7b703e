import type { SocketRow } from '@farewell/core';
import { queueCost } from '../costs.ts';
import { fact, verdictOn, weakest, whoIn } from '../finding.ts';
import { queuedBytes } from '../queues.ts';
import type { Rule, Scene } from '../scene.ts';
import { finBlocked as say } from '../sentences/closing.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { Lasts, Verdict } from '../verdict.ts';
import { blockedByReader } from '../window.ts';

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
  const found = closing.flatMap((row) => {
    const confidence = blockedByReader(scene, row);
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
      id: 'fin-blocked-by-reader',
      severity: confidence === 'possible' ? 'risk' : 'problem',
      confidence,
      summary: say.summary(who),
      evidence,
      costs: [queueCost(queued)],
      lasts: lastsOf(rows, who.peer),
      do: say.do(who),
    }),
  ];
}

/** While a process holds the socket, answered probes go on for ever; an orphan's do not. */
function lastsOf(rows: readonly SocketRow[], peer: string): Lasts {
  if (rows.some(({ inode }) => inode !== 0)) return { ms: null, ...lasts.untilRead(peer) };
  return { ms: longestOrphan, ...lasts.untilReadOrphan(peer, longestOrphan) };
}
