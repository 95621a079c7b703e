import { memoryCost, timeWaitBytes } from '../costs.ts';
import { fact, verdictOn, weakest, whoIn } from '../finding.ts';
import { timeWaitPeers } from '../groups.ts';
import { timeWaitMaker, timeWaitMakers } from '../history-evidence.ts';
import { defaultPortRange, type PortUse, rangeSize } from '../ports.ts';
import { closesOf } from '../rates.ts';
import type { Rule, Scene } from '../scene.ts';
import { costs } from '../sentences/costs-and-lasts.ts';
import { timeWaitOnClient as say } from '../sentences/time-waits.ts';
import type { Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import { timeWaitLasts } from '../time-wait.ts';
import type { Cost, EvidenceItem, Verdict } from '../verdict.ts';

/** From this share of the ports on, one burst of four times the load would use them up: a risk. */
const costly = 0.25;

/** TIME-WAIT at the end that opened the connection: each costs one port towards that destination. */
export const timeWaitOnClient: Rule = (scene) =>
  scene.now.services
    .filter((service) => service.role === 'client' && service.timeWaits.count > 0)
    .map((service) => onClient(scene, service));

function onClient(scene: Scene, service: Service): Verdict {
  const { timeWaits } = service;
  const subject = { scene, service, rows: [], counted: timeWaitPeers(service) };
  const fullest = scene.ports(service)[0];
  const ports = fullest ? portCost(scene, fullest) : null;
  const blocked = fullest ? fullest.count - fullest.reusable : 0;
  const isCostly = blocked >= (ports?.limit ?? Infinity) * costly;
  const maker = timeWaitMaker(scene, service);
  return verdictOn(
    { ...subject, maker },
    {
      id: 'time-wait-on-client',
      severity: isCostly ? 'risk' : 'note',
      confidence: weakest([service.confidence, isCostly && !scene.settings ? 'likely' : 'certain']),
      summary: say.summary(whoIn({ ...subject, maker }), service.destination ?? 'its servers'),
      evidence: evidenceOf(scene, service, fullest ?? null),
      costs: scene.platform === 'macos' || !ports ? [] : [ports, memoryOf(timeWaits.count)],
      lasts: timeWaitLasts(scene, timeWaits),
      do: say.do(isCostly),
    },
  );
}

function evidenceOf(
  scene: Scene,
  service: Service,
  fullest: PortUse | null,
): readonly EvidenceItem[] {
  const { count } = service.timeWaits;
  const source = tableSource(scene);
  const items = [
    fact(count, 'sockets', { text: say.count(count), source }),
    ...timeWaitMakers(scene, service),
  ];
  const closes = closesOf(service.timeWaits);
  if (closes) {
    const text = say.rate(closes.perSecond, closes.window);
    items.push(fact(closes.perSecond, 'closes/s', { text, source }));
  }
  if (fullest && fullest.reusable > 0) {
    const text = say.reusable(fullest.reusable);
    items.push(fact(fullest.reusable, 'ports', { text, source: 'sysctl net.ipv4.tcp_tw_reuse' }));
  }
  return items;
}

function portCost(scene: Scene, use: PortUse): Cost {
  const range = scene.settings?.portRange ?? null;
  const size = rangeSize(range ?? defaultPortRange);
  const used = use.count;
  return {
    resource: 'ports',
    value: used,
    limit: size,
    unit: 'ports',
    exhaustedIn: null,
    text: costs.ports({ used, size, from: use.source, to: use.destination, assumed: !range }),
  };
}

function memoryOf(count: number): Cost {
  return memoryCost(count, timeWaitBytes);
}
