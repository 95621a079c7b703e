import type { SocketRow } from '@farewell/core';
import { type CounterChange, counter } from '../counters.ts';
import { fact, verdictOn, whoIn } from '../finding.ts';
import type { Rule, Scene } from '../scene.ts';
import { lasts } from '../sentences/costs-and-lasts.ts';
import { listenQueue as say } from '../sentences/limits.ts';
import { rowsIn, type Service } from '../services.ts';
import { source, tableSource } from '../sources.ts';
import type { Cost, EvidenceItem, Verdict } from '../verdict.ts';

/** Accept queues that are full now, or that have overflowed while watched. */
export const listenQueueOverflow: Rule = (scene) => {
  const full = scene.now.services.flatMap((service) => fullQueue(scene, service));
  return full.length > 0 ? full : dropped(scene);
};

function fullQueue(scene: Scene, service: Service): readonly Verdict[] {
  const rows = rowsIn(service, 'LISTEN')
    .filter((row) => isFull(scene, row))
    .sort(byAddress);
  if (rows.length === 0) return [];
  const subject = { scene, service, rows };
  const who = whoIn(subject);
  return [
    verdictOn(subject, {
      id: 'listen-queue-overflow',
      severity: 'problem',
      confidence: 'certain',
      summary: say.full(who.app),
      evidence: [...rows.map((row) => queueOf(scene, row)), ...counted(scene)],
      costs: rows.map(queueCostOf),
      lasts: { ms: null, ...lasts.whileAccepting(who.app) },
      do: say.do,
    }),
  ];
}

function byAddress(a: SocketRow, b: SocketRow): number {
  return a.localAddress < b.localAddress ? -1 : 1;
}

/** The queue takes one more than its limit: sk_acceptq_is_full is `backlog > limit`. */
function isFull(scene: Scene, { receiveQueue, sendQueue }: SocketRow): boolean {
  // /proc/net/tcp, and netstat that reads it, print 0 for every limit.
  const { source } = scene.now.table;
  if (source !== 'sock-diag' && source !== 'ss') return false;
  return receiveQueue !== null && sendQueue !== null && receiveQueue > sendQueue;
}

function queueOf(scene: Scene, row: SocketRow): EvidenceItem {
  const queued = row.receiveQueue ?? 0;
  const text = say.queue(row.localPort, queued, row.sendQueue ?? 0);
  return fact(queued, 'connections', { text, source: tableSource(scene) });
}

function queueCostOf(row: SocketRow): Cost {
  return {
    resource: 'connections',
    value: row.receiveQueue,
    limit: row.sendQueue,
    unit: 'connections',
    exhaustedIn: null,
    text: say.places(row.receiveQueue ?? 0, row.sendQueue ?? 0),
  };
}

/** No queue is full at this moment: the counters, which are the whole namespace's, may have moved. */
function dropped(scene: Scene): readonly Verdict[] {
  // ListenDrops counts what was dropped for want of memory too: alone it is no full queue.
  const change = counter(scene, 'ListenOverflows');
  const moved = (change?.grew ?? 0) > 0;
  const listening = scene.now.services.filter((service) => rowsIn(service, 'LISTEN').length > 0);
  if (!change || change.value === 0 || listening.length === 0) return [];
  // A counter that stands still says nothing about one port among many.
  if (!moved && scene.target.kind !== 'namespace') return [];
  const only = listening.length === 1 ? (listening[0] ?? null) : null;
  const isOurs = isEveryListener(scene, listening);
  return [
    verdictOn(
      { scene, service: only, rows: [] },
      {
        id: 'listen-queue-overflow',
        severity: moved ? (isOurs ? 'problem' : 'risk') : 'note',
        confidence: moved && isOurs ? 'certain' : 'possible',
        summary: moved ? say.dropped : say.earlier,
        evidence: counted(scene),
        costs: [],
        lasts: null,
        do: moved ? say.do : say.watch,
      },
    ),
  ];
}

/** The counters are the whole namespace's: they say something certain only if all its listeners are meant. */
function isEveryListener({ now }: Scene, listening: readonly Service[]): boolean {
  const meant = listening.flatMap((service) => rowsIn(service, 'LISTEN')).length;
  return meant === now.table.rows.filter(({ tcpState }) => tcpState === 'LISTEN').length;
}

function changesOf(scene: Scene): readonly CounterChange[] {
  return ['ListenOverflows', 'ListenDrops'].flatMap((name) => {
    const change = counter(scene, name);
    return change && change.value > 0 ? [change] : [];
  });
}

function counted(scene: Scene): readonly EvidenceItem[] {
  return changesOf(scene).map(({ name, value, grew, watched }) => {
    if (grew === null) {
      return fact(value, 'drops', {
        text: say.sinceBoot(name, value),
        source: source.netstat,
      });
    }
    const text = grew > 0 ? say.grew(name, grew, watched) : say.still(name, value, watched);
    return fact(grew, 'drops', { text, source: source.netstat });
  });
}
