import type { SocketRow } from '@farewell/core';
import { agesOf } from '../ages.ts';
import { memoryCost, timeWaitBytes } from '../costs.ts';
import { fact, verdictOn, whoIn } from '../finding.ts';
import { closesFirst } from '../history-evidence.ts';
import type { Rule, Scene } from '../scene.ts';
import { finWait2Orphan as say } from '../sentences/closing.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { rowsIn, type Service } from '../services.ts';
import { source, tableSource } from '../sources.ts';
import type { EvidenceItem, Verdict } from '../verdict.ts';

/** They count against tcp_max_tw_buckets like TIME-WAITs; a tenth of it is many. */
const many = 0.1;

/** We closed and left, the peer acknowledged and does not close: tcp_fin_timeout ends it. */
export const finWait2Orphan: Rule = (scene) =>
  scene.now.services.flatMap((service) => orphans(scene, service));

function orphans(scene: Scene, service: Service): readonly Verdict[] {
  const all = rowsIn(service, 'FIN-WAIT-2').filter(isOrphan);
  const ages = agesOf(all, (row) => orphanAge(scene, row));
  const rows = [...ages.stuck, ...ages.unknown];
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const isMany = rows.length >= (scene.settings?.maxTimeWait ?? Infinity) * many;
  const who = whoIn(subject);
  const finTimeout = scene.settings?.finTimeout ?? null;
  return [
    verdictOn(subject, {
      id: 'fin-wait-2-orphan',
      severity: isMany ? 'risk' : 'note',
      confidence: 'certain',
      summary: say.summary(who),
      evidence: [...closesFirst(scene, service, who), ...seen(scene, rows)],
      costs: scene.platform === 'macos' ? [] : [memoryCost(rows.length, timeWaitBytes)],
      lasts: { ms: finTimeout, text: lasts.orphan.text(finTimeout), because: lasts.orphan.because },
      do: say.do(isMany, who),
    }),
  ];
}

/** An orphan has no inode; most show as a TIME-WAIT's small socket with its timer. */
function isOrphan(row: SocketRow): boolean {
  return row.inode === 0 || row.timer?.kind === 'time-wait';
}

/** The timer started at tcp_fin_timeout; null if one of the two is not known. */
function orphanAge(scene: Scene, row: SocketRow): number | null {
  const finTimeout = scene.settings?.finTimeout ?? null;
  if (finTimeout === null || row.timer?.kind !== 'time-wait') return null;
  return Math.max(0, finTimeout - row.timer.expiresIn);
}

function seen(scene: Scene, rows: readonly SocketRow[]): readonly EvidenceItem[] {
  const items = [
    fact(rows.length, 'sockets', { text: say.count(rows.length), source: tableSource(scene) }),
  ];
  const timers = rows.flatMap(({ timer }) => (timer?.kind === 'time-wait' ? timer.expiresIn : []));
  if (timers.length > 0) {
    const last = timers.reduce((a, b) => Math.max(a, b));
    items.push(fact(last, 'ms', { text: say.timer(last), source: tableSource(scene) }));
  }
  const finTimeout = scene.settings?.finTimeout ?? null;
  if (finTimeout !== null) {
    items.push(
      fact(finTimeout, 'ms', { text: say.setting(finTimeout), source: source.finTimeout }),
    );
  }
  return items;
}
