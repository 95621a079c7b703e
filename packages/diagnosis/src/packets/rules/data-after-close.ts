import { dataAfterClose as say } from '../../sentences/packets.ts';
import { bytes } from '../../words.ts';
import { found, ofEachRole, type PacketRule, seen } from '../rule.ts';

/** How a capture reader names this violation of RFC 6455 §5.5.1. */
const violation = 'a data frame followed the Close frame';

/** Messages behind the sender's own Close frame: the other side throws them away. */
export const dataAfterClose: PacketRule = ({ connection }) =>
  ofEachRole((role) => {
    const { violations, afterCloseBytes } = connection.sides[role];
    if (!violations.some(({ what }) => what === violation)) return [];
    const size = seen(say.bytes(bytes(afterCloseBytes)), afterCloseBytes, 'bytes');
    return found({
      id: 'data-after-close',
      severity: 'risk',
      confidence: 'certain',
      by: role,
      summary: say.summary(role),
      evidence: [size],
      do: say.do(role),
    });
  });
