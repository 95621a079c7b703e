import type { Role } from '@farewell/core';
import { closeWaitLeak as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import {
  absenceIn,
  found,
  other,
  type PacketRule,
  roles,
  seen,
  shortestWait,
  span,
} from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** A FIN was acknowledged, and the other side neither sends nor closes: it is in CLOSE-WAIT. */
export const closeWaitLeak: PacketRule = (wire) =>
  roles.flatMap((role) => {
    const waited = waitedFor(wire, role);
    const absence = absenceIn(wire);
    if (waited === null || absence === null) return [];
    const by = other(role);
    return found({
      id: 'close-wait-leak',
      severity: absence.confidence === 'likely' ? 'problem' : 'risk',
      confidence: absence.confidence,
      by,
      summary: say.summary(role, by),
      evidence: [
        span(waited, say.waited(by, duration(waited))),
        seen(say.otherEnd(role)),
        ...absence.evidence,
      ],
      do: say.do(by),
    });
  });

function waitedFor({ connection, observedUntil }: WireCase, role: Role): number | null {
  const { fin } = connection.sides[role];
  const peer = connection.sides[other(role)];
  if (!fin || fin.ackedAt === null || peer.fin || connection.endedAt !== null) return null;
  const since = Math.max(fin.ackedAt, peer.lastDataAt ?? 0);
  const waited = observedUntil - since;
  return waited >= shortestWait ? waited : null;
}
