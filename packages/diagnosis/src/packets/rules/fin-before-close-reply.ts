import { peerOf, type Role } from '@farewell/core';
import { finBeforeCloseReply as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { found, ofEachRole, type PacketRule, resetAt, seen, shortestWait, span } from '../rule.ts';
import type { WireConnection } from '../wire-connection.ts';

/** FIN right behind the own Close frame, without waiting for the other side's. */
export const finBeforeCloseReply: PacketRule = ({ connection }) =>
  ofEachRole((role) => {
    const wait = hastyFin(connection, role);
    if (wait === null) return [];
    const reply = connection.sides[peerOf(role)].closeFrame;
    const reset = resetAt(connection.sides[role]);
    const isRefused = reply && reset !== null && reset >= reply.at;
    const late = [
      ...(reply ? [seen(say.reply(peerOf(role)))] : []),
      ...(isRefused ? [seen(say.refused(role))] : []),
    ];
    return found({
      id: 'fin-before-close-reply',
      severity: 'risk',
      confidence: 'certain',
      by: role,
      summary: say.summary(role),
      evidence: [span(wait, say.wait(role, duration(wait))), ...late],
      do: say.do(role),
    });
  });

/** Who has waited for longer, ms, and got no answer, may have had a short deadline. */
const noWait = 100;

/**
 * How long after its own Close frame `role` sent FIN without having received the other's, ms; null: it did
 * not, or waited long enough for this to be a deadline that expired.
 */
function hastyFin({ sides }: WireConnection, role: Role): number | null {
  const { closeFrame, fin } = sides[role];
  if (!closeFrame || !fin || closeFrame.hadPeerClose !== false) return null;
  if (fin.hadPeerClose !== false || fin.hadPeerFin !== false) return null;
  // The FIN is behind the Close frame, even where the capture has it before.
  const wait = Math.max(0, fin.at - closeFrame.at);
  return wait < (sides[peerOf(role)].closeFrame ? shortestWait : noWait) ? wait : null;
}
