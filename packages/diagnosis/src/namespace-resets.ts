import type { Scene } from './scene.ts';
import { resetByPeer as say } from './sentences/resets.ts';
import { traceSource } from './sources.ts';
import type { EvidenceItem, Verdict, VerdictId } from './verdict.ts';

interface Counted {
  readonly id: VerdictId;
  readonly count: number;
  readonly summary: string;
  readonly evidence: readonly EvidenceItem[];
  readonly do: readonly string[];
}

/**
 * A verdict on resets that only the namespace's counters show. They know no port: it is given for the
 * whole namespace, or where sockets of the target died meanwhile, and is sure only if no others did.
 */
export function namespaceResets(scene: Scene, counted: Counted): readonly Verdict[] {
  const isAll = scene.target.kind === 'namespace';
  const ended = scene.histories.reduce((sum, history) => sum + history.ended, 0);
  if (!isAll && ended === 0) return [];
  const all = (scene.trace?.groups ?? []).reduce((sum, group) => sum + group.ended, 0);
  const evidence = [...counted.evidence];
  if (scene.trace && !isAll)
    evidence.push({
      value: ended,
      unit: 'sockets',
      text: say.others(ended, all),
      source: traceSource(scene.trace),
    });
  return [
    {
      ...counted,
      severity: 'note',
      confidence: isAll || ended === all ? 'likely' : 'possible',
      process: null,
      port: null,
      destination: null,
      groups: [],
      evidence,
      costs: [],
      lasts: { ms: null, ...say.lasts },
      page: `docs/verdicts/${counted.id}.md`,
    },
  ];
}
