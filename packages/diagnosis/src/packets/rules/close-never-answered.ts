import { peerOf, type Role } from '@farewell/core';
import { closeNeverAnswered as say } from '../../sentences/packets.ts';
import type { EvidenceItem } from '../../verdict.ts';
import { duration } from '../../words.ts';
import {
  type Absence,
  absenceIn,
  found,
  framesKnown,
  ofEachRole,
  type PacketRule,
  resetAt,
  seen,
  shortestWait,
  span,
} from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** A Close frame, and none in return although there was time for it. RFC 6455 §5.5.1 demands one. */
export const closeNeverAnswered: PacketRule = (wire) =>
  ofEachRole((role) => {
    const answer = missingAnswer(wire, role);
    if (answer === null) return [];
    return found({
      id: 'close-never-answered',
      severity: answer.confidence === 'possible' ? 'risk' : 'problem',
      confidence: answer.confidence,
      by: peerOf(role),
      summary: say.summary(role, peerOf(role)),
      evidence: [
        ...answer.evidence,
        ...gaveUp(wire, role),
        seen(say.closeEvent(role, wire.connection.endedAt !== null)),
      ],
      do: say.do(peerOf(role)),
    });
  });

/** What shows that the answer to the Close frame of `role` never came; null: it did, or may have. */
function missingAnswer(wire: WireCase, role: Role): Absence | null {
  const by = peerOf(role);
  const { [role]: own, [by]: peer } = wire.connection.sides;
  if (!own.closeFrame || peer.closeFrame || !framesKnown(wire.connection, by)) return null;
  const { at } = own.closeFrame;
  if (peer.fin) {
    // A FIN that crossed the Close frame came from a side that had not been asked yet.
    if (peer.fin.hadPeerClose !== true) return null;
    const wait = Math.max(0, peer.fin.at - at);
    return { confidence: 'certain', evidence: [span(wait, say.finInstead(by, duration(wait)))] };
  }
  const peerReset = resetAt(peer);
  if (peerReset !== null && peerReset >= at) {
    const wait = peerReset - at;
    return { confidence: 'likely', evidence: [span(wait, say.resetInstead(by, duration(wait)))] };
  }
  const wait = (resetAt(own) ?? wire.observedUntil) - at;
  const absence = absenceIn(wire);
  if (absence === null || wait < shortestWait) return null;
  const silence = span(wait, say.nothing(by, duration(wait)));
  return { ...absence, evidence: [silence, ...absence.evidence] };
}

function gaveUp({ connection }: WireCase, role: Role): readonly EvidenceItem[] {
  const { closeFrame, fin } = connection.sides[role];
  if (!closeFrame || fin?.hadPeerFin !== false) return [];
  const wait = Math.max(0, fin.at - closeFrame.at);
  return [span(wait, say.gaveUp(role, duration(wait)))];
}
