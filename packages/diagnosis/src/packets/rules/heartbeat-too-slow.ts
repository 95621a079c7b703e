import type { Role } from '@farewell/core';
import { heartbeatTooSlow as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { found, ofEachRole, type PacketRule, span } from '../rule.ts';
import { cutAfterSilence } from '../silence.ts';
import type { WireConnection } from '../wire-connection.ts';

/** Pings were sent, and further apart than the silence after which the connection was cut. */
export const heartbeatTooSlow: PacketRule = ({ connection }) => {
  const cut = cutAfterSilence(connection);
  if (cut === null) return [];
  return ofEachRole((role) => {
    const interval = pingInterval(connection, role);
    if (interval === null || interval <= cut.silence) return [];
    return found({
      id: 'heartbeat-too-slow',
      severity: 'problem',
      confidence: 'likely',
      by: role,
      summary: say.summary(role),
      evidence: [
        span(interval, say.interval(role, duration(interval))),
        span(cut.silence, say.silence(duration(cut.silence))),
      ],
      do: say.do(duration(cut.silence / 2)),
    });
  });
};

/** Mean time between two pings, ms; null: there were not two. */
function pingInterval({ sides }: WireConnection, role: Role): number | null {
  const { frames, firstPingAt, lastPingAt } = sides[role];
  if (frames.ping < 2 || firstPingAt === null || lastPingAt === null) return null;
  return (lastPingAt - firstPingAt) / (frames.ping - 1);
}
