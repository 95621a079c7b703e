import { peerOf, type Role } from '@farewell/core';
import { finUnanswered as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
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

/** A FIN that nobody acknowledged. */
export const finUnanswered: PacketRule = (wire) =>
  ofEachRole((role) => {
    const { fin } = wire.connection.sides[role];
    const waited = waitedFor(wire, role);
    const absence = absenceIn(wire);
    if (!fin || waited === null || absence === null) return [];
    const times = fin.count > 1 ? [seen(say.times(fin.count), fin.count, 'FINs')] : [];
    return found({
      id: 'fin-unanswered',
      severity: 'risk',
      confidence: absence.confidence,
      by: peerOf(role),
      summary: say.summary(role, peerOf(role)),
      evidence: [
        ...times,
        span(waited, say.silence(peerOf(role), duration(waited))),
        ...absence.evidence,
      ],
      do: say.do,
    });
  });

function waitedFor({ connection, observedUntil }: WireCase, role: Role): number | null {
  const { fin } = connection.sides[role];
  const peer = connection.sides[peerOf(role)];
  if (connection.endedAt !== null) return null;
  if (!fin || fin.ackedAt !== null || (peer.lastPacketAt ?? 0) > fin.at) return null;
  const waited = observedUntil - fin.at;
  return waited >= shortestWait ? waited : null;
}
