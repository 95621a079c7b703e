import { counter } from '../counters.ts';
import { fact, verdictOn } from '../finding.ts';
import type { Rule, Scene } from '../scene.ts';
import { costs } from '../sentences/costs-and-lasts.ts';
import { timeWaitOverflow as say } from '../sentences/limits.ts';
import { source } from '../sources.ts';
import type { Cost, EvidenceItem, Severity, Verdict } from '../verdict.ts';

/** From this share of tcp_max_tw_buckets on the limit is close: a burst of a tenth reaches it. */
const close = 0.9;

interface Level {
  readonly severity: Severity;
  readonly summary: string;
}

/** The kernel drops TIME-WAITs beyond tcp_max_tw_buckets, and says so only in a counter. */
export const timeWaitOverflow: Rule = (scene) => {
  const level = levelOf(scene);
  return level && concerns(scene) ? [overflow(scene, level)] : [];
};

/** The limit is the namespace's: whoever asks about one port hears of it if TIME-WAITs are there. */
function concerns({ target, now }: Scene): boolean {
  return target.kind === 'namespace' || now.counts.has('TIME-WAIT');
}

function levelOf(scene: Scene): Level | null {
  const change = counter(scene, 'TCPTimeWaitOverflow');
  if ((change?.grew ?? 0) > 0) return { severity: 'risk', summary: say.now };
  const { held, limit } = fill(scene);
  if (held !== null && limit !== null && held >= limit * close) {
    return { severity: 'risk', summary: say.near };
  }
  if ((change?.value ?? 0) > 0 && scene.target.kind === 'namespace') {
    return { severity: 'note', summary: say.earlier };
  }
  return null;
}

function fill({ counters, settings }: Scene): { held: number | null; limit: number | null } {
  return {
    held: counters.now?.sockets?.timeWait ?? null,
    limit: settings?.maxTimeWait ?? null,
  };
}

function overflow(scene: Scene, { severity, summary }: Level): Verdict {
  const verdict = verdictOn(
    { scene, service: null, rows: [] },
    {
      id: 'time-wait-overflow',
      severity,
      confidence: 'certain',
      summary,
      evidence: seen(scene),
      costs: bucketCost(scene),
      lasts: severity === 'note' ? null : { ms: null, ...say.lasts },
      do: say.do,
    },
  );
  return { ...verdict, count: fill(scene).held ?? 0 };
}

function seen(scene: Scene): readonly EvidenceItem[] {
  const items: EvidenceItem[] = [];
  const change = counter(scene, 'TCPTimeWaitOverflow');
  if (change && change.value > 0) {
    const { value, grew, watched } = change;
    const text =
      grew === null
        ? say.since(value)
        : grew > 0
          ? say.grew(grew, watched)
          : say.still(value, watched);
    items.push(fact(grew ?? value, 'sockets', { text, source: source.netstat }));
  }
  const { held, limit } = fill(scene);
  if (held !== null && limit !== null) {
    items.push(fact(held, 'sockets', { text: say.held(held, limit), source: source.sockstat }));
  }
  return items;
}

function bucketCost(scene: Scene): readonly Cost[] {
  const { held, limit } = fill(scene);
  if (held === null || limit === null) return [];
  const text = costs.buckets(held, limit);
  return [
    {
      resource: 'time-wait-buckets',
      value: held,
      limit,
      unit: 'sockets',
      exhaustedIn: held >= limit ? 0 : null,
      text,
    },
  ];
}
