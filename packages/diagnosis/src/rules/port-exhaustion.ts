import { timeWaitLength } from '../ages.ts';
import { timeUntil } from '../costs.ts';
import { fact, verdictOn, weakest, whoIn } from '../finding.ts';
import { defaultPortRange, type PortUse, rangeSize, reuseAfter } from '../ports.ts';
import { type Closes, closesOf } from '../rates.ts';
import type { Rule, Scene } from '../scene.ts';
import { costs, lasts, portExhaustion as say, type Who } from '../sentences.ts';
import type { Service } from '../services.ts';
import { source, tableSource } from '../sources.ts';
import type { Confidence, EvidenceItem, Severity, Verdict } from '../verdict.ts';

/** From here on a burst of a fifth more uses up the rest. */
const nearlyAll = 0.8;

/** A rate seen on fewer than a tenth of the ports may be a burst, and says nothing about the rest. */
const begun = 0.1;

/** The ports of one source address towards one destination, and how they are going. */
interface Ports {
  readonly use: PortUse;
  readonly first: number;
  readonly last: number;
  readonly size: number;
  readonly isAssumed: boolean;
  /** In use, and not to be taken over. */
  readonly blocked: number;
  readonly closes: Closes | null;
  /** The most closes a second that the ports can bear: each is taken for 60 s, or for 1 s if reused. */
  readonly most: number;
  /** Seconds until none is left at this rate; null: never, or not known. */
  readonly exhaustedIn: number | null;
}

/** A client out of ports towards one destination: now, or soon at the rate of its closes. */
export const portExhaustion: Rule = (scene) =>
  scene.platform === 'macos'
    ? []
    : scene.now.services
        .filter((service) => service.role === 'client')
        .flatMap((service) =>
          scene.ports(service).flatMap((use) => exhaustion(scene, service, use)),
        );

function exhaustion(scene: Scene, service: Service, use: PortUse): readonly Verdict[] {
  const ports = portsOf(scene, use);
  if (!ports) return [];
  const subject = { scene, service, rows: use.rows };
  const level = levelOf(ports, whoIn(subject));
  if (!level) return [];
  const verdict = verdictOn(subject, {
    id: 'port-exhaustion',
    severity: level.severity,
    confidence: confidenceOf(ports, service),
    summary: level.summary,
    evidence: seen(scene, ports),
    costs: [
      {
        resource: 'ports',
        value: use.rows.length,
        limit: ports.size,
        unit: 'ports',
        exhaustedIn: ports.exhaustedIn,
        text: costs.ports({
          used: use.rows.length,
          size: ports.size,
          from: use.source,
          to: use.destination,
          assumed: ports.isAssumed,
        }),
      },
    ],
    lasts: { ms: timeWaitLength, ...lasts.portsFree },
    do: say.do,
  });
  return [{ ...verdict, destination: use.destination }];
}

function portsOf(scene: Scene, use: PortUse): Ports | null {
  const range = scene.settings?.portRange ?? defaultPortRange;
  const [first, last] = range;
  const isAssumed = !scene.settings?.portRange;
  // Ports outside the default range prove that the range is another one, and nobody knows which.
  const isRefuted = use.rows.some(({ localPort }) => localPort < first || localPort > last);
  const size = rangeSize(range);
  if (size === 0 || (isAssumed && isRefuted)) return null;
  const blocked = use.rows.length - use.reusable;
  const closes = closesOf(use.timeWaits);
  const held = use.isReuseAllowed ? reuseAfter : timeWaitLength;
  const most = ((size - (use.rows.length - use.timeWaits.length)) / held) * 1000;
  const isTooFast = closes !== null && closes.perSecond > most && blocked >= size * begun;
  return {
    use,
    first,
    last,
    size,
    isAssumed,
    blocked,
    closes,
    most: Math.max(0, most),
    exhaustedIn: closes && isTooFast ? untilFull(size - blocked, closes) : null,
  };
}

/** TIME-WAITs that end make room again: what counts is how many more begin than end. */
function untilFull(free: number, { sixths, window }: Closes): number | null {
  if (free <= 0) return 0;
  const growth = (((sixths[0] ?? 0) - (sixths[5] ?? 0)) / window) * 1000;
  return timeUntil(free, growth);
}

function levelOf(ports: Ports, who: Who): { severity: Severity; summary: string } | null {
  const { use, size, blocked, exhaustedIn } = ports;
  const to = use.destination;
  if (blocked >= size) return { severity: 'problem', summary: say.now(who, to) };
  if (use.rows.length >= size) return { severity: 'risk', summary: say.reused(who, to) };
  if (exhaustedIn !== null || blocked >= size * nearlyAll) {
    return { severity: 'risk', summary: say.soon(who, to) };
  }
  return null;
}

function confidenceOf({ isAssumed, size, blocked }: Ports, service: Service): Confidence {
  const full = blocked >= size ? 'certain' : 'likely';
  return weakest([service.confidence, full, isAssumed ? 'possible' : 'certain']);
}

function seen(scene: Scene, ports: Ports): readonly EvidenceItem[] {
  const { use, first, last, size, closes, isAssumed, most } = ports;
  const table = tableSource(scene);
  const used = use.rows.length;
  const items = [
    fact(used, 'ports', { text: say.used(used, use.timeWaits.length, use.source), source: table }),
    fact(size, 'ports', {
      text: say.range(first, last, size),
      source: isAssumed ? "Linux's default" : source.portRange,
    }),
  ];
  if (closes) {
    const text = say.rate(closes.perSecond, most);
    items.push(fact(closes.perSecond, 'closes/s', { text, source: table }));
  }
  if (use.reusable > 0) {
    const text = say.reusable(use.reusable);
    items.push(fact(use.reusable, 'ports', { text, source: source.timeWaitReuse }));
  }
  return items;
}
