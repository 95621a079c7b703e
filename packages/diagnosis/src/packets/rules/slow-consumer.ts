import { slowConsumer as say } from '../../sentences/packets.ts';
import { found, other, type PacketRule, roles, seen } from '../rule.ts';

/** A side that lives and does not read: its window is closed at the end of the capture. */
export const slowConsumer: PacketRule = ({ connection }) => {
  if (connection.endedAt !== null) return [];
  return roles
    .filter((role) => connection.sides[role].zeroWindowAtEnd)
    .flatMap((role) =>
      found({
        id: 'slow-consumer',
        severity: 'risk',
        confidence: 'likely',
        by: role,
        summary: say.summary(role, other(role)),
        evidence: [
          seen(
            say.windows(connection.sides[role].zeroWindows),
            connection.sides[role].zeroWindows,
            'times',
          ),
        ],
        do: say.do(role, other(role)),
      }),
    );
};
