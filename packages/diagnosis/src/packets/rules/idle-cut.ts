import { idleCut as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { matchingTimeouts } from '../idle-timeouts.ts';
import { found, type PacketRule, seen, span } from '../rule.ts';
import { cutAfterSilence } from '../silence.ts';

/** Cut without a Close frame, after a silence as long as a timeout on the way. */
export const idleCut: PacketRule = ({ connection }) => {
  const cut = cutAfterSilence(connection);
  if (cut === null) return [];
  const { by, silence } = cut;
  const timeouts = matchingTimeouts(silence);
  return found({
    id: 'idle-cut',
    severity: timeouts.length > 0 ? 'problem' : 'risk',
    confidence: timeouts.length > 0 ? 'likely' : 'possible',
    by,
    summary: say.summary(by),
    evidence: [
      span(silence, say.silence(duration(silence))),
      ...timeouts.map((timeout) => seen(say.matches(timeout), timeout.ms, 'ms')),
    ],
    do: say.do(timeouts),
  });
};
