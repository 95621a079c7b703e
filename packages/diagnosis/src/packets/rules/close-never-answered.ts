import type { Role } from '@farewell/core';
import { closeNeverAnswered as say } from '../../sentences/packets.ts';
import type { Confidence, EvidenceItem } from '../../verdict.ts';
import { duration } from '../../words.ts';
import {
  found,
  framesKnown,
  other,
  type PacketRule,
  resetAt,
  roles,
  seen,
  shortestWait,
  span,
} from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** A Close frame, and none in return although there was time for it. RFC 6455 §5.5.1 demands one. */
export const closeNeverAnswered: PacketRule = (wire) =>
  roles.flatMap((role) => {
    const answer = missingAnswer(wire, role);
    if (answer === null) return [];
    return found({
      id: 'close-never-answered',
      severity: 'problem',
      confidence: answer.confidence,
      by: other(role),
      summary: say.summary(role, other(role)),
      evidence: [...answer.evidence, ...gaveUp(wire, role), seen(say.closeEvent(role))],
      do: say.do(other(role)),
    });
  });

interface Missing {
  readonly confidence: Confidence;
  readonly evidence: readonly EvidenceItem[];
}

/** What shows that the answer to the Close frame of `role` never came; null: it did, or may have. */
function missingAnswer({ connection, observedUntil }: WireCase, role: Role): Missing | null {
  const by = other(role);
  const own = connection.sides[role];
  const peer = connection.sides[by];
  if (!own.closeFrame || peer.closeFrame || !framesKnown(connection, by)) return null;
  const { at } = own.closeFrame;
  if (peer.fin) {
    const had = peer.fin.hadPeerClose;
    // Its FIN crossed the Close frame: it had not been asked yet.
    if (had === false) return null;
    const wait = Math.max(0, peer.fin.at - at);
    const confidence = had === true ? 'certain' : 'likely';
    return { confidence, evidence: [span(wait, say.finInstead(by, duration(wait)))] };
  }
  const peerReset = resetAt(peer);
  if (peerReset !== null && peerReset >= at) {
    const wait = peerReset - at;
    return { confidence: 'likely', evidence: [span(wait, say.resetInstead(by, duration(wait)))] };
  }
  const wait = (resetAt(own) ?? observedUntil) - at;
  if (wait < shortestWait) return null;
  return { confidence: 'likely', evidence: [span(wait, say.nothing(by, duration(wait)))] };
}

function gaveUp({ connection }: WireCase, role: Role): readonly EvidenceItem[] {
  const { closeFrame, fin } = connection.sides[role];
  if (!closeFrame || fin?.hadPeerFin !== false) return [];
  const wait = Math.max(0, fin.at - closeFrame.at);
  return [span(wait, say.gaveUp(role, duration(wait)))];
}
