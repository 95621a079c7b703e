import type { SocketRow } from '@farewell/core';
import { isLocalPair } from '../attribution.ts';
import { descriptorCost } from '../costs.ts';
import { fact, verdictOn, whoIn } from '../finding.ts';
import { holderOf, type Rule, type Scene } from '../scene.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { halfOpenSuspect as say } from '../sentences/peers.ts';
import { rowsIn, type Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import type { Verdict } from '../verdict.ts';

/** The shortest usual cut of idle connections by proxies, ms; a heartbeat has to be shorter. */
const shortestCut = 60_000;

/** The longest usual cut of a load balancer, ms: idle for longer, it may well be gone. */
const longestCut = 350_000;

/** Idle, and no timer would ever send anything: if the peer is gone, nothing finds out. */
export const halfOpenSuspect: Rule = (scene) =>
  scene.now.services.flatMap((service) => suspects(scene, service));

function suspects(scene: Scene, service: Service): readonly Verdict[] {
  const rows = rowsIn(service, 'ESTABLISHED').filter((row) => isSuspect(scene, row));
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const idle = rows.reduce((most, row) => Math.max(most, idleTime(row) ?? 0), 0);
  const cut = rows.filter((row) => (idleTime(row) ?? 0) > longestCut).length;
  const gone = rows.filter(isLocalPair).length;
  const source = tableSource(scene);
  const evidence = [
    fact(rows.length, 'sockets', { text: say.count(rows.length, shortestCut, idle), source }),
  ];
  if (cut > 0) evidence.push(fact(cut, 'sockets', { text: say.cut(cut, longestCut), source }));
  if (gone > 0) evidence.push(fact(gone, 'sockets', { text: say.gone(gone), source }));
  return [
    verdictOn(subject, {
      id: 'half-open-suspect',
      severity: cut > 0 || gone > 0 ? 'risk' : 'note',
      confidence: 'possible',
      summary: say.summary(whoIn(subject)),
      evidence,
      costs: [descriptorCost(rows.length, holderOf(scene, service, rows), null)],
      lasts: { ms: null, ...lasts.forEver },
      do: say.do,
    }),
  ];
}

/** Nothing waits to be sent or acknowledged, no keep-alive is armed, and the peer is not seen here. */
function isSuspect(scene: Scene, row: SocketRow): boolean {
  if (row.timer?.kind !== 'none' || (row.sendQueue ?? 0) > 0) return false;
  if ((idleTime(row) ?? 0) < shortestCut) return false;
  return scene.mirror(row) === null;
}

/** Time since the last segment either way, ms; null if the table does not tell. */
function idleTime({ tcpInfo }: SocketRow): number | null {
  const { lastDataSent = null, lastDataReceived = null, lastAckReceived = null } = tcpInfo ?? {};
  if (lastDataSent === null || lastDataReceived === null || lastAckReceived === null) return null;
  return Math.min(lastDataSent, lastDataReceived, lastAckReceived);
}
