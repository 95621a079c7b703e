import type { Role } from '@farewell/core';
import { injectedReset as say } from '../../sentences/packets.ts';
import type { EvidenceItem } from '../../verdict.ts';
import { found, ofEachRole, type PacketRule, resetAt, seen } from '../rule.ts';
import type { ConnectionVerdict } from '../verdict.ts';
import type { WireSide } from '../wire-connection.ts';

/** An RST that does not look like the side in whose name it came. */
export const injectedReset: PacketRule = ({ connection }) =>
  ofEachRole((role) => {
    const side = connection.sides[role];
    return [...accepted(side, role), ...ignored(side, role)];
  });

function accepted(side: WireSide, role: Role): readonly ConnectionVerdict[] {
  const at = resetAt(side);
  if (at === null || side.reset === null) return [];
  // A host that has reset a connection sends no more data on it.
  const wentOn = (side.lastDataAt ?? 0) > at || (side.fin?.at ?? 0) > at;
  const signs = [
    ...ttlSign(side.reset, side.ttl),
    ...sequenceSign(side),
    ...(wentOn ? [seen(say.wentOn(role))] : []),
  ];
  return verdict(role, signs, signs.length > 1 ? 'problem' : 'risk');
}

/**
 * One that its receiver ignores: a real host sends such RSTs too, in answer to old segments, and goes on.
 * Only another way through the network tells that this one is not the host's.
 */
function ignored({ ignoredReset, ttl }: WireSide, role: Role): readonly ConnectionVerdict[] {
  if (ignoredReset === null) return [];
  const way = ttlSign(ignoredReset, ttl);
  if (way.length === 0) return [];
  const signs = [...way, ...(ignoredReset.wentOn ? [seen(say.wentOn(role))] : [])];
  return verdict(role, signs, 'note');
}

function verdict(
  role: Role,
  signs: readonly EvidenceItem[],
  severity: 'problem' | 'risk' | 'note',
): readonly ConnectionVerdict[] {
  if (signs.length === 0) return [];
  const isIgnored = severity === 'note';
  return found({
    id: 'injected-reset',
    severity,
    confidence: signs.length > 1 ? 'likely' : 'possible',
    by: null,
    summary: say.summary(role, isIgnored),
    evidence: [...signs, ...(isIgnored ? [seen(say.ignored)] : [])],
    do: isIgnored ? say.doIgnored : say.do,
  });
}

/** The way of the other packets, give or take nothing: routes change, but rarely for one packet. */
function ttlSign(reset: { readonly ttl: number }, ttl: WireSide['ttl']): readonly EvidenceItem[] {
  if (!ttl) return [];
  const [lowest, highest] = ttl;
  if (reset.ttl >= lowest && reset.ttl <= highest) return [];
  return [seen(say.ttl(reset.ttl, lowest, highest), reset.ttl, 'hops')];
}

/** A host knows its own next sequence number. With packets missing from the capture, we do not. */
function sequenceSign({ reset, gaps }: WireSide): readonly EvidenceItem[] {
  if (reset?.validity !== 'in-window' || gaps > 0 || reset.sequenceOffset === null) return [];
  return [seen(say.sequence(reset.sequenceOffset), reset.sequenceOffset, 'bytes')];
}
