import { peerOf, type Role } from '@farewell/core';
import { halfClosed as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { found, ofEachRole, type PacketRule, shortestWait, span } from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** One side had sent FIN and the other went on for a while. RFC 9293 §3.6.1 allows it. */
export const halfClosed: PacketRule = (wire) =>
  ofEachRole((role) => {
    const time = timeOpen(wire, role);
    if (time === null) return [];
    const by = peerOf(role);
    return found({
      id: 'half-closed',
      severity: 'note',
      confidence: 'certain',
      by,
      summary: say.summary(role, by),
      evidence: [span(time, say.time(by, duration(time)))],
      do: say.do(by),
    });
  });

/** How long the other side kept the connection open after the FIN of `role`, ms; null: it did not. */
function timeOpen({ connection }: WireCase, role: Role): number | null {
  const { fin } = connection.sides[role];
  const peer = connection.sides[peerOf(role)];
  if (!fin || fin.ackedAt === null) return null;
  if (peer.fin) {
    const time = peer.fin.at - fin.ackedAt;
    return peer.fin.hadPeerFin === true && time >= shortestWait ? time : null;
  }
  const time = (peer.lastDataAt ?? 0) - fin.ackedAt;
  return time >= shortestWait ? time : null;
}
