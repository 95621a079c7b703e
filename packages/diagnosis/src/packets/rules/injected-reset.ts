import type { Role } from '@farewell/core';
import { injectedReset as say } from '../../sentences/packets.ts';
import type { EvidenceItem } from '../../verdict.ts';
import { found, type PacketRule, roles, seen } from '../rule.ts';
import type { WireConnection, WireSide } from '../wire-connection.ts';

/** An RST that does not look like the side in whose name it came. */
export const injectedReset: PacketRule = ({ connection }) =>
  roles.flatMap((role) => {
    const signs = signsOf(connection, role);
    if (signs.length === 0) return [];
    const isIgnored = connection.sides[role].reset?.validity === 'outside-window';
    return found({
      id: 'injected-reset',
      severity: isIgnored ? 'note' : 'problem',
      confidence: signs.length > 1 ? 'likely' : 'possible',
      by: null,
      summary: say.summary(role),
      evidence: [...signs, ...(isIgnored ? [seen(say.ignored)] : [])],
      do: say.do,
    });
  });

function signsOf(connection: WireConnection, role: Role): readonly EvidenceItem[] {
  const side = connection.sides[role];
  return [ttlSign(side), sequenceSign(side), aliveSign(side, role)].flat();
}

/** The way of the other packets, give or take nothing: routes change, but rarely for one packet. */
function ttlSign({ reset, ttl }: WireSide): readonly EvidenceItem[] {
  if (!reset || !ttl) return [];
  const [lowest, highest] = ttl;
  if (reset.ttl >= lowest && reset.ttl <= highest) return [];
  return [seen(say.ttl(reset.ttl, lowest, highest), reset.ttl, 'hops')];
}

/** A host knows its own next sequence number. With packets missing from the capture, we do not. */
function sequenceSign({ reset, gaps }: WireSide): readonly EvidenceItem[] {
  if (reset?.validity !== 'in-window' || gaps > 0 || reset.sequenceOffset === null) return [];
  return [seen(say.sequence(reset.sequenceOffset), reset.sequenceOffset, 'bytes')];
}

/** A host that has reset a connection sends no more data on it. */
function aliveSign({ reset, lastDataAt, fin }: WireSide, role: Role): readonly EvidenceItem[] {
  if (!reset) return [];
  const isAlive = (lastDataAt ?? 0) > reset.at || (fin?.at ?? 0) > reset.at;
  return isAlive ? [seen(say.alive(role))] : [];
}
