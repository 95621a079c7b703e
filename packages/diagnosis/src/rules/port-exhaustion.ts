import { timeWaitLength } from '../ages.ts';
import { timeUntil } from '../costs.ts';
import { fact, verdictOn, weakest, whoIn } from '../finding.ts';
import { opens } from '../history-evidence.ts';
import { defaultPortRange, liveRowsOf, type PortUse, rangeSize } from '../ports.ts';
import { type Closes, closesOf } from '../rates.ts';
import type { Rule, Scene } from '../scene.ts';
import { costs, lasts } from '../sentences/costs-and-lasts.ts';
import { portExhaustion as say } from '../sentences/limits.ts';
import type { Who } from '../sentences/who.ts';
import type { Service } from '../services.ts';
import { source, tableSource } from '../sources.ts';
import { reuseAfter } from '../time-waits.ts';
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
  const level = levelOf(ports);
  if (!level) return [];
  const counted = [{ peer: use.destination, count: use.timeWaits.count }];
  const subject = { scene, service, rows: liveRowsOf(use, service), counted };
  const verdict = verdictOn(subject, {
    id: 'port-exhaustion',
    severity: level.severity,
    confidence: confidenceOf(ports, service),
    summary: level.say(whoIn(subject), use.destination),
    evidence: [...seen(scene, ports), ...opens(scene, service)],
    costs: [
      {
        resource: 'ports',
        value: use.count,
        limit: ports.size,
        unit: 'ports',
        exhaustedIn: ports.exhaustedIn,
        text: costs.ports({
          used: use.count,
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
  const isRefuted = use.lowest < first || use.highest > last;
  const size = rangeSize(range);
  if (size === 0 || (isAssumed && isRefuted)) return null;
  const blocked = use.count - use.reusable;
  const closes = closesOf(use.timeWaits);
  const held = use.isReuseAllowed ? reuseAfter : timeWaitLength;
  const most = ((size - (use.count - use.timeWaits.count)) / held) * 1000;
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

interface Level {
  readonly severity: Severity;
  readonly say: (who: Who, to: string) => string;
}

function levelOf({ use, size, blocked, exhaustedIn }: Ports): Level | null {
  if (blocked >= size) return { severity: 'problem', say: say.now };
  if (use.count >= size) return { severity: 'risk', say: say.reused };
  if (exhaustedIn !== null || blocked >= size * nearlyAll) {
    return { severity: 'risk', say: say.soon };
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
  const used = use.count;
  const items = [
    fact(used, 'ports', { text: say.used(used, use.timeWaits.count, use.source), source: table }),
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
