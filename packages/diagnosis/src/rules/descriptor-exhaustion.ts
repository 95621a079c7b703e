import type { ProcessInfo } from '@farewell/core';
import { timeUntil } from '../costs.ts';
import { fact, verdictOn } from '../finding.ts';
import { processRef, together } from '../owners.ts';
import { heldGrowthOf } from '../rates.ts';
import { holderOf, type Rule, type Scene } from '../scene.ts';
import { costs } from '../sentences/costs-and-lasts.ts';
import { descriptorExhaustion as say } from '../sentences/limits.ts';
import { rowsIn } from '../services.ts';
import { source, tableSource } from '../sources.ts';
import type { Cost, EvidenceItem, Severity, Verdict } from '../verdict.ts';

/** Nine tenths of the limit in use: one burst of connections reaches it. */
const close = 0.9;

/** A leak that takes longer than this to use up the descriptors is close-wait-leak's to tell, s. */
const soon = 3600;

/** A process that has, or will soon have, no file descriptors left. */
export const descriptorExhaustion: Rule = (scene) =>
  together(scene.now.services.map(scene.holders)).flatMap(([process]) =>
    exhaustion(scene, process),
  );

/** The states of sockets that a process may hold, LISTEN included. */
const statesWithDescriptor = [
  'LISTEN',
  'SYN-SENT',
  'ESTABLISHED',
  'CLOSE-WAIT',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSING',
  'LAST-ACK',
] as const;

function exhaustion(scene: Scene, process: ProcessInfo): readonly Verdict[] {
  const { openDescriptors: open, descriptorLimit: limit, name } = process;
  if (open === null || limit === null) return [];
  const growth = leakGrowth(scene, process);
  const exhaustedIn = timeUntil(limit - open, growth);
  const level = levelOf({ open, limit, exhaustedIn, name });
  if (!level) return [];
  const rows = scene.now.services
    .flatMap((service) => rowsIn(service, ...statesWithDescriptor))
    .filter((row) => scene.ownership.of(row) === process);
  const verdict = verdictOn(
    { scene, service: null, rows },
    {
      id: 'descriptor-exhaustion',
      severity: level.severity,
      confidence: open >= limit * close ? 'certain' : 'likely',
      summary: level.summary,
      evidence: seen(scene, { open, limit, growth }),
      costs: [openCost(process, { open, limit, growth, exhaustedIn })],
      lasts: { ms: null, ...say.lasts },
      do: say.do((growth ?? 0) > 0),
    },
  );
  return [{ ...verdict, process: processRef(process) }];
}

interface Room {
  readonly open: number;
  readonly limit: number;
  readonly growth: number | null;
}

function seen(scene: Scene, { open, limit, growth }: Room): readonly EvidenceItem[] {
  const items = [fact(open, 'descriptors', { text: say.open(open, limit), source: source.limits })];
  if (growth !== null && growth > 0) {
    const text = say.leaking(growth, scene.duration);
    items.push(fact(growth, 'sockets/s', { text, source: tableSource(scene) }));
  }
  return items;
}

function openCost(process: ProcessInfo, room: Room & { exhaustedIn: number | null }): Cost {
  const { open, limit, growth, exhaustedIn } = room;
  return {
    resource: 'descriptors',
    value: open,
    limit,
    unit: 'descriptors',
    exhaustedIn: open >= limit ? 0 : exhaustedIn,
    text: costs.descriptors({ count: open, process, growth, exhaustedIn }),
  };
}

function levelOf(facts: {
  open: number;
  limit: number;
  exhaustedIn: number | null;
  name: string;
}): { severity: Severity; summary: string } | null {
  const { open, limit, exhaustedIn, name } = facts;
  if (open >= limit) return { severity: 'problem', summary: say.full(name) };
  if (exhaustedIn !== null && exhaustedIn <= soon) {
    return { severity: 'problem', summary: say.growing(name) };
  }
  return open >= limit * close ? { severity: 'risk', summary: say.near(name) } : null;
}

/** Sockets a second that the process got stuck with, as far as the services are its own. */
function leakGrowth(scene: Scene, process: ProcessInfo): number | null {
  if (!scene.before) return null;
  let growth = 0;
  for (const service of scene.now.services) {
    const stuck = rowsIn(service, 'CLOSE-WAIT', 'FIN-WAIT-2');
    if (stuck.length === 0 || holderOf(scene, service, stuck) !== process) continue;
    growth += heldGrowthOf(scene, service, 'CLOSE-WAIT') ?? 0;
    growth += heldGrowthOf(scene, service, 'FIN-WAIT-2') ?? 0;
  }
  return growth;
}
