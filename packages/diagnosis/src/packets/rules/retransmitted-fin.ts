import { peerOf, type Role } from '@farewell/core';
import { retransmittedFin as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { found, ofEachRole, type PacketRule, seen, span } from '../rule.ts';
import type { WireConnection } from '../wire-connection.ts';

/** A FIN that had to be sent more than once, and was answered in the end. */
export const retransmittedFin: PacketRule = ({ connection, outcome }) =>
  ofEachRole((role) => {
    const { fin } = connection.sides[role];
    const isOver = fin?.ackedAt != null || connection.endedAt !== null;
    if (!fin || fin.count < 2 || !isOver) return [];
    const holder = outcome.tcp.timeWait;
    const unheard = sentAfterAck(connection, role);
    const lost =
      unheard === null ? [] : [span(unheard, say.lost(role, peerOf(role), duration(unheard)))];
    const restarts = holder === peerOf(role) ? [seen(say.restarts(holder))] : [];
    return found({
      id: 'retransmitted-fin',
      severity: 'note',
      confidence: 'certain',
      by: role,
      summary: say.summary(role),
      evidence: [seen(say.times(fin.count), fin.count, 'FINs'), ...lost, ...restarts],
      do: say.do,
    });
  });

/** More than any answer takes that was on its way. */
const shortly = 100;

/**
 * How long `role` repeated its FIN although the capture has its acknowledgment, ms; null: it did not, or it
 * had something else to send.
 */
function sentAfterAck({ sides }: WireConnection, role: Role): number | null {
  const { fin, lastPacketAt } = sides[role];
  const peerFin = sides[peerOf(role)].fin;
  if (fin?.ackedAt == null || !peerFin || peerFin.at > fin.at || peerFin.count > 1) return null;
  const time = (lastPacketAt ?? 0) - fin.ackedAt;
  return time >= shortly ? time : null;
}
