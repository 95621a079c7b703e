import { peerOf } from '@farewell/core';
import { slowConsumer as say } from '../../sentences/packets.ts';
import { absenceIn, found, type PacketRule, roles, seen } from '../rule.ts';

/** A side that lives and does not read: its window is closed at the end of the capture. */
export const slowConsumer: PacketRule = (wire) => {
  const { connection } = wire;
  const absence = absenceIn(wire);
  if (connection.endedAt !== null || absence === null) return [];
  return roles
    .filter((role) => connection.sides[role].zeroWindowAtEnd)
    .flatMap((role) =>
      found({
        id: 'slow-consumer',
        severity: 'risk',
        confidence: absence.confidence,
        by: role,
        summary: say.summary(role, peerOf(role)),
        evidence: [
          seen(
            say.windows(connection.sides[role].zeroWindows),
            connection.sides[role].zeroWindows,
            'times',
          ),
          ...absence.evidence,
        ],
        do: say.do(role, peerOf(role)),
      }),
    );
};
