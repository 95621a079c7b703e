import { retransmittedFin as say } from '../../sentences/packets.ts';
import { found, other, type PacketRule, roles, seen } from '../rule.ts';

/** A FIN that had to be sent more than once, and was answered in the end. */
export const retransmittedFin: PacketRule = ({ connection, outcome }) =>
  roles.flatMap((role) => {
    const { fin } = connection.sides[role];
    const isOver = fin?.ackedAt != null || connection.endedAt !== null;
    if (!fin || fin.count < 2 || !isOver) return [];
    const holder = outcome.tcp.timeWait;
    const restarts = holder === other(role) ? [seen(say.restarts(holder))] : [];
    return found({
      id: 'retransmitted-fin',
      severity: 'note',
      confidence: 'certain',
      by: role,
      summary: say.summary(role),
      evidence: [seen(say.times(fin.count), fin.count, 'FINs'), ...restarts],
      do: say.do,
    });
  });
