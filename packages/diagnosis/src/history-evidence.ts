import { fact, processIn } from './finding.ts';
import { type History, processesOf } from './history.ts';
import type { Scene } from './scene.ts';
import { history as say } from './sentences/history.ts';
import type { Who } from './sentences/who.ts';
import type { Service } from './services.ts';
import { traceSource } from './sources.ts';
import type { EvidenceItem } from './verdict.ts';

/** The peers' FINs that came while watched, and how many of them the application answered by closing. */
export function finsAndCloses(scene: Scene, service: Service, who: Who): readonly EvidenceItem[] {
  return told(scene, service, ({ closes, watched }) => {
    const { peerFirst: fins, localAfter } = closes;
    if (fins + localAfter === 0) return null;
    const text = say.finsAndCloses({ fins, closes: localAfter, watched, who });
    return { value: perSecond(fins, watched), unit: 'FINs/s', text };
  });
}

/** Closes by the application that came before the peer's FIN. */
export function closesFirst(scene: Scene, service: Service, who: Who): readonly EvidenceItem[] {
  return told(scene, service, ({ closes, watched }) => {
    const { localFirst } = closes;
    if (localFirst === 0) return null;
    const text = say.closesFirst({ closes: localFirst, watched, who });
    return { value: perSecond(localFirst, watched), unit: 'closes/s', text };
  });
}

/** Segments that the service's sockets sent again. */
export function retransmissions(scene: Scene, service: Service): readonly EvidenceItem[] {
  return told(scene, service, ({ retransmits, watched }) =>
    retransmits === 0
      ? null
      : { value: retransmits, unit: 'segments', text: say.retransmits(retransmits, watched) },
  );
}

/** Connections that were opened. */
export function opens(scene: Scene, service: Service): readonly EvidenceItem[] {
  return told(scene, service, ({ opened, watched }) =>
    opened === 0
      ? null
      : {
          value: perSecond(opened, watched),
          unit: 'connections/s',
          text: say.opens(opened, watched),
        },
  );
}

/** How many processes are named for the TIME-WAITs that they made. */
const mostMakers = 3;

/** Which processes made the TIME-WAITs of the time watched, as the table cannot say. */
export function timeWaitMakers(scene: Scene, service: Service): readonly EvidenceItem[] {
  const history = scene.historyOf(service);
  if (!history) return [];
  const source = traceSource(history);
  return processesOf(history, ({ endings }) => endings['time-wait'])
    .slice(0, mostMakers)
    .map(([{ pid, name }, count]) =>
      fact(count, 'sockets', { text: say.made(count, `${name} (pid ${pid})`), source }),
    );
}

/** The process that made most of them; null: the trace did not see. */
export function timeWaitMaker(scene: Scene, service: Service): ReturnType<typeof processIn> {
  const history = scene.historyOf(service);
  if (!history || history.endings['time-wait'] === 0) return null;
  return processIn(scene, history, ({ endings }) => endings['time-wait']);
}

function told(
  scene: Scene,
  service: Service,
  tell: (history: History) => Omit<EvidenceItem, 'source'> | null,
): readonly EvidenceItem[] {
  const history = scene.historyOf(service);
  const item = history && tell(history);
  return history && item ? [{ ...item, source: traceSource(history) }] : [];
}

function perSecond(count: number, watched: number): number | null {
  return watched > 0 ? (count / watched) * 1000 : null;
}
