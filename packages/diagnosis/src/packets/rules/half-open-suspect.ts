import { halfOpenSuspect as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { absenceIn, found, type PacketRule, roles, span } from '../rule.ts';

/** As long as most things on the way keep an idle connection; see idle-timeouts.ts. */
const longSilence = 60_000;

/** Open, silent, and nothing that would find out if one end were gone. */
export const halfOpenSuspect: PacketRule = (wire) => {
  const { connection, observedUntil } = wire;
  const absence = absenceIn(wire);
  const { endedAt, endBeganAt, sides, webSocket } = connection;
  if (absence === null || webSocket === false || endedAt !== null || endBeganAt !== null) return [];
  const silence = observedUntil - connection.lastPacketAt;
  if (silence < longSilence) return [];
  if (roles.some((role) => sides[role].frames.ping + sides[role].keepAliveProbes > 0)) return [];
  return found({
    id: 'half-open-suspect',
    severity: 'note',
    confidence: 'possible',
    by: null,
    summary: say.summary,
    evidence: [span(silence, say.silence(duration(silence))), ...absence.evidence],
    do: say.do,
  });
};
