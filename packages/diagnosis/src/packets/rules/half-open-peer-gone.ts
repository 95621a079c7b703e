import { peerOf, type Role } from '@farewell/core';
import { halfOpenPeerGone as say } from '../../sentences/packets.ts';
import { counted, duration } from '../../words.ts';
import {
  absenceIn,
  found,
  ofEachRole,
  type PacketRule,
  seen,
  shortestWait,
  span,
} from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** Data is sent again and again, and nothing comes back: the other end is gone and nobody was told. */
export const halfOpenPeerGone: PacketRule = (wire) =>
  ofEachRole((role) => {
    const silence = silenceAgainst(wire, role);
    const absence = absenceIn(wire);
    if (silence === null || absence === null) return [];
    const { retransmissions } = wire.connection.sides[role];
    const by = peerOf(role);
    const text = say.again(counted(retransmissions, 'segment'), role);
    return found({
      id: 'half-open-peer-gone',
      severity: absence.confidence === 'likely' ? 'problem' : 'risk',
      confidence: absence.confidence,
      by,
      summary: say.summary(role, by),
      evidence: [
        seen(text, retransmissions, 'segments'),
        span(silence, say.silence(by, duration(silence))),
        ...absence.evidence,
      ],
      do: say.do(role),
    });
  });

/**
 * For how long `role` went on sending into the silence of the other side, ms; null: it did not. Probes of
 * an idle connection are no data.
 */
function silenceAgainst({ connection }: WireCase, role: Role): number | null {
  const own = connection.sides[role];
  const peer = connection.sides[peerOf(role)];
  if (connection.endedAt !== null) return null;
  if (own.fin || own.retransmissions === 0 || peer.zeroWindowAtEnd) return null;
  const heardAt = peer.lastPacketAt ?? 0;
  if (own.keepAliveProbes > 0 && (own.lastDataAt ?? 0) < heardAt) return null;
  const silence = (own.lastPacketAt ?? 0) - heardAt;
  return silence >= shortestWait ? silence : null;
}
