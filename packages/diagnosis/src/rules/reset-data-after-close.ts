import { fact, processIn, verdictOnHistory, weakest, whoInHistory } from '../finding.ts';
import { type History, resetCount } from '../history.ts';
import type { Rule, Scene } from '../scene.ts';
import { resetDataAfterClose as say } from '../sentences/resets.ts';
import { traceSource } from '../sources.ts';
import type { EvidenceItem, Verdict } from '../verdict.ts';

/** A message that was under way as we closed is bad luck; many are a handshake left out. */
const fewest = 3;
const share = 0.05;

/** Data that comes after close(): nobody can read it any more, so the kernel answers with RST. */
export const resetDataAfterClose: Rule = (scene) =>
  scene.histories.flatMap((history) => lateData(scene, history));

function lateData(scene: Scene, history: History): readonly Verdict[] {
  const { resets, ended } = history;
  const own = resetCount(resets, 'sent', isMeant);
  const loose = looseCount(scene, history);
  const count = own + loose;
  if (count === 0) return [];
  const process = processIn(scene, history, (group) => resetCount(group.resets, 'sent', isMeant));
  const who = whoInHistory(process, history);
  return [
    verdictOnHistory(
      { scene, history, count, process },
      {
        id: 'reset-data-after-close',
        severity: count >= fewest && count >= ended * share ? 'risk' : 'note',
        confidence: weakest([loose > 0 ? 'likely' : 'certain']),
        summary: say.summary(who),
        evidence: seen(history, { count, loose }),
        costs: [],
        lasts: { ms: null, ...say.lasts },
        do: say.do(who),
      },
    ),
  ];
}

const afterClose = 'TCP_ABORT_ON_DATA';
/** The answer of what is left of a socket: an orphaned FIN-WAIT-2, seldom TIME-WAIT. */
const fromMiniSocket = 'TCP_TIMEWAIT_SOCKET';

function isMeant(reason: string | null): boolean {
  return reason === afterClose || reason === fromMiniSocket;
}

/** Those that no socket could be found for, by the server's port alone. */
function looseCount({ trace }: Scene, { role, port }: History): number {
  if (role !== 'server') return 0;
  const ours = trace?.looseResets.filter(
    ({ localPort, reason }) => localPort === port && reason === fromMiniSocket,
  );
  return (ours ?? []).reduce((sum, { count }) => sum + count, 0);
}

function seen(
  history: History,
  { count, loose }: { readonly count: number; readonly loose: number },
): readonly EvidenceItem[] {
  const source = traceSource(history);
  const late = loose + resetCount(history.resets, 'sent', (reason) => reason === fromMiniSocket);
  const text = say.share(count, history.ended, history.watched);
  const items = [fact(count, 'sockets', { text, source })];
  if (late > 0) items.push(fact(late, 'sockets', { text: say.late(late), source }));
  if (loose > 0) items.push(fact(loose, 'sockets', { text: say.mixed, source }));
  return items;
}
