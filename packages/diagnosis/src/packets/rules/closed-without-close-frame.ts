import { peerOf, type Role } from '@farewell/core';
import { closedWithoutCloseFrame as say } from '../../sentences/packets.ts';
import type { EvidenceItem } from '../../verdict.ts';
import {
  found,
  framesKnown,
  type PacketRule,
  resetAt,
  roles,
  seen,
  shortestWait,
} from '../rule.ts';
import type { WireCase, WireConnection } from '../wire-connection.ts';
import { refusal } from './handshake-refused.ts';

/** TCP ended and there was no closing handshake: both applications see 1006. RFC 6455 §7.1.5. */
export const closedWithoutCloseFrame: PacketRule = (wire) => {
  const { connection } = wire;
  if (connection.webSocket === false || !opened(connection)) return [];
  if (!roles.every((role) => framesKnown(connection, role))) return [];
  const ending = endingOf(wire);
  if (ending === null) return [];
  const { by, how } = ending;
  return found({
    id: 'closed-without-close-frame',
    severity: 'problem',
    confidence: connection.began === 'syn' ? 'certain' : 'likely',
    by,
    summary: say.summary(by, how),
    evidence: [seen(ending.why), ...closeEvents(connection)],
    do: say.do(by, how),
  });
};

/** A handshake that was refused, or answered wrongly, ends without Close frames, as it should. */
function opened({ handshake }: WireConnection): boolean {
  return handshake === null || refusal(handshake) === null;
}

interface Ending {
  readonly by: Role | null;
  readonly how: 'fin' | 'reset';
  readonly why: string;
}

function endingOf(wire: WireCase): Ending | null {
  const { client, server } = wire.connection.sides;
  if (client.closeFrame && server.closeFrame) return null;
  if (client.closeFrame) return aheadOfAnswer(wire.connection, 'client');
  if (server.closeFrame) return aheadOfAnswer(wire.connection, 'server');
  return byFin(wire) ?? byReset(wire.connection);
}

function byFin({ connection, outcome }: WireCase): Ending | null {
  const { client, server } = connection.sides;
  const { firstFin } = outcome.tcp;
  if (firstFin === 'both') return { by: null, how: 'fin', why: say.finsCrossed };
  const alone = client.fin && !server.fin ? 'client' : server.fin && !client.fin ? 'server' : null;
  const by = firstFin === 'client' || firstFin === 'server' ? firstFin : alone;
  return by === null ? null : { by, how: 'fin', why: say.fin(by) };
}

function byReset({ sides }: WireConnection): Ending | null {
  const by = roles.find((role) => resetAt(sides[role]) !== null);
  return by === undefined ? null : { by, how: 'reset', why: say.reset(by) };
}

/**
 * Only `role` sent a Close frame, and there could be no answer: the other side's FIN was on its way
 * already, or `role` reset the connection behind its own Close frame.
 */
function aheadOfAnswer({ sides }: WireConnection, role: Role): Ending | null {
  const by = peerOf(role);
  const { closeFrame } = sides[role];
  if (sides[by].fin?.hadPeerClose === false) return { by, how: 'fin', why: say.finCrossed(by) };
  const reset = resetAt(sides[role]);
  const at = closeFrame?.at ?? 0;
  const isHasty = reset !== null && reset >= at && reset - at < shortestWait;
  if (!isHasty || sides[by].fin || resetAt(sides[by]) !== null) return null;
  return { by: role, how: 'reset', why: say.resetBehindClose(role) };
}

/** Who sees 1006. As long as TCP has not ended, only a side that has received the other's FIN is sure to. */
function closeEvents({ endedAt, sides }: WireConnection): readonly EvidenceItem[] {
  const without = roles.filter((role) => {
    const { closeFrame, fin } = sides[peerOf(role)];
    return !closeFrame && (endedAt !== null || fin !== null);
  });
  return without.length === 2
    ? [seen(say.both1006, 1006, 'status code')]
    : without.map((role) => seen(say.one1006(role), 1006, 'status code'));
}
