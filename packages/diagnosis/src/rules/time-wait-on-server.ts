import { timeWaitBytes } from '../costs.ts';
import { fact, verdictOn, whoIn } from '../finding.ts';
import { timeWaitPeers } from '../groups.ts';
import { timeWaitMaker, timeWaitMakers } from '../history-evidence.ts';
import { closesOf } from '../rates.ts';
import type { Rule, Scene } from '../scene.ts';
import { costs } from '../sentences/costs-and-lasts.ts';
import { timeWaitOnServer as say } from '../sentences/time-waits.ts';
import type { Service } from '../services.ts';
import { tableSource } from '../sources.ts';
import { timeWaitLasts } from '../time-wait.ts';
import type { Cost, EvidenceItem, Verdict } from '../verdict.ts';

/** TIME-WAIT at the end that accepted the connection: as RFC 6455 §7.1.1 wants it. */
export const timeWaitOnServer: Rule = (scene) =>
  scene.now.services
    .filter((service) => service.role === 'server' && service.timeWaits.count > 0)
    .map((service) => healthy(scene, service));

function healthy(scene: Scene, service: Service): Verdict {
  const { timeWaits } = service;
  const subject = { scene, service, rows: [], counted: timeWaitPeers(service) };
  const maker = timeWaitMaker(scene, service);
  return verdictOn(
    { ...subject, maker },
    {
      id: 'time-wait-on-server',
      severity: 'healthy',
      confidence: service.confidence,
      summary: say.summary(whoIn({ ...subject, maker })),
      evidence: evidenceOf(scene, service),
      costs: scene.platform === 'macos' ? [] : [memory(timeWaits.count)],
      lasts: timeWaitLasts(scene, timeWaits),
      do: say.do,
    },
  );
}

function evidenceOf(scene: Scene, service: Service): readonly EvidenceItem[] {
  const { count } = service.timeWaits;
  const source = tableSource(scene);
  const closes = closesOf(service.timeWaits);
  const port = service.port ?? 0;
  const isListening = service.confidence === 'certain';
  return [
    fact(count, 'sockets', { text: say.count(count), source }),
    {
      value: service.port,
      unit: 'port',
      text: isListening ? say.byListener(port) : say.byPorts(port),
      source,
    },
    ...timeWaitMakers(scene, service),
    ...(closes
      ? [
          fact(closes.perSecond, 'closes/s', {
            text: say.rate(closes.perSecond, closes.window),
            source,
          }),
        ]
      : []),
  ];
}

function memory(count: number): Cost {
  const value = count * timeWaitBytes;
  return {
    resource: 'memory',
    value,
    limit: null,
    unit: 'bytes',
    exhaustedIn: null,
    text: costs.timeWaitMemory(value),
  };
}
