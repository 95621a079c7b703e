import { peerOf, type Role } from '@farewell/core';
import { closeWaitLeak as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import {
  type Absence,
  absenceIn,
  found,
  ofEachRole,
  type PacketRule,
  seen,
  shortestWait,
  span,
} from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** A FIN was acknowledged, and the other side neither sends nor closes: it is in CLOSE-WAIT. */
export const closeWaitLeak: PacketRule = (wire) =>
  ofEachRole((role) => {
    const waited = waitedFor(wire, role);
    const absence = waited === null ? null : silenceOf(wire, role, waited);
    if (absence === null) return [];
    const by = peerOf(role);
    return found({
      id: 'close-wait-leak',
      severity: absence.confidence === 'likely' ? 'problem' : 'risk',
      confidence: absence.confidence,
      by,
      summary: say.summary(role, by),
      evidence: [...absence.evidence, seen(say.otherEnd(role))],
      do: say.do(by),
    });
  });

function waitedFor({ connection, observedUntil }: WireCase, role: Role): number | null {
  const { fin, lastPacketAt } = connection.sides[role];
  const peer = connection.sides[peerOf(role)];
  if (!fin || fin.ackedAt === null || peer.fin || connection.endedAt !== null) return null;
  // It sends its data again and again, and a FIN would come behind it: half-open-peer-gone.
  const isUnheard = (peer.lastPacketAt ?? 0) - (lastPacketAt ?? 0) >= shortestWait;
  if (peer.retransmissions > 0 && isUnheard) return null;
  const since = Math.max(fin.ackedAt, peer.lastDataAt ?? 0);
  const waited = observedUntil - since;
  return waited >= shortestWait ? waited : null;
}

/** What the silence proves. Behind a window of 0 that side may have closed: its FIN waits for its data. */
function silenceOf(wire: WireCase, role: Role, waited: number): Absence | null {
  const by = peerOf(role);
  const absence = absenceIn(wire);
  if (absence === null) return null;
  if (!wire.connection.sides[role].zeroWindowAtEnd) {
    const silence = span(waited, say.waited(by, duration(waited)));
    return { ...absence, evidence: [silence, ...absence.evidence] };
  }
  const silence = span(waited, say.waitedBehindWindow(by, duration(waited)));
  const evidence = [silence, seen(say.behindWindow(role, by)), ...absence.evidence];
  return { confidence: 'possible', evidence };
}
