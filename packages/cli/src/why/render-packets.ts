import type { PacketsSeen, Verdict } from '@farewell/diagnosis';
import { groupLines } from '../explain/render-groups.ts';
import type { VerdictGroup } from '../explain/summary.ts';
import { formatCount, formatQuantity } from '../terminal/format.ts';
import type { TextStyle } from './render-verdict.ts';

const blind = ' (the kernel cannot see which of these speak WebSocket)';

/** Which connections speak WebSocket, as it stands behind the sources, of which packets are the last. */
export function speechText(packets: PacketsSeen | null): string {
  if (packets === null) return blind;
  const { spoken, silentSockets } = packets;
  const all = Object.values(spoken).reduce((sum, count) => sum + count, 0);
  if (all === 0) return ': none came, so which of these speak WebSocket is not known';
  const rest = [
    [spoken.hidden, 'hidden by TLS'],
    [spoken.other, 'something else'],
    [spoken.nothing, 'without data'],
  ] as const;
  const parts = rest.flatMap(([count, text]) =>
    count === 0 ? [] : [`${formatCount(count)} ${text}`],
  );
  const likely = spoken['likely-websocket'];
  const speaking = spoken.websocket + likely;
  const verb = speaking === 1 ? 'speaks' : 'speak';
  const guess = likely === 0 ? '' : ` (${formatCount(likely)} by the look of the frames)`;
  const first = `${formatCount(speaking)} of ${formatQuantity(all, 'connection')} ${verb} WebSocket${guess}`;
  const silent =
    silentSockets === 0 ? [] : [`unknown of ${formatQuantity(silentSockets, 'silent socket')}`];
  return `: ${[first, ...parts, ...silent].join(', ')}`;
}

/** Verdicts that packets alone give: where the table gives the same, they are its evidence. */
export function onlyInPackets(
  groups: readonly VerdictGroup[],
  verdicts: readonly Verdict[],
): readonly VerdictGroup[] {
  const given = new Set<string>(verdicts.map(({ id }) => id));
  return groups.filter(({ example }) => !given.has(example.id));
}

/** Those verdicts for people, below a title. */
export function packetLines(groups: readonly VerdictGroup[], style: TextStyle): string[] {
  if (groups.length === 0) return [];
  const lines = groups.flatMap((group) => groupLines(group, '', style));
  return [style.paint('strong', 'seen in packets'), ...lines];
}

/** What the capture itself lost, for the remarks; null: nothing. */
export function lostText(packets: PacketsSeen | null): string | null {
  if (packets === null || packets.lost === null || packets.lost === 0) return null;
  return `${formatQuantity(packets.lost, 'packet')} that ${packets.source} lost: what it did not see may have been sent`;
}
