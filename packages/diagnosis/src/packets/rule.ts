import type { Role } from '@farewell/core';
import { lossElsewhere } from '../sentences/packets.ts';
import type { Confidence, EvidenceItem } from '../verdict.ts';
import type { ConnectionVerdict } from './verdict.ts';
import type { WireCase, WireConnection, WireSide } from './wire-connection.ts';

/**
 * Looks at one connection. Silent (an empty list) where it has nothing to say. Whether it speaks, and its
 * summary, must not depend on figures of a connection that ended plainly: such connections are diagnosed
 * once for all that are alike but for figures (`endedPlainly` of the captures' reader says what is plain).
 */
export type PacketRule = (wire: WireCase) => readonly ConnectionVerdict[];

export const roles: readonly Role[] = ['client', 'server'];

/** What is found of the client, then of the server. Mostly nothing: no list is made for that. */
export function ofEachRole(
  find: (role: Role) => readonly ConnectionVerdict[],
): readonly ConnectionVerdict[] {
  const ofClient = find('client');
  const ofServer = find('server');
  if (ofServer.length === 0) return ofClient;
  return ofClient.length === 0 ? ofServer : [...ofClient, ...ofServer];
}

/** Completes a verdict with its page. All are made here, in one form, so that to read them is fast. */
export function found(verdict: Omit<ConnectionVerdict, 'page'>): readonly ConnectionVerdict[] {
  const { id, severity, confidence, by, summary, evidence } = verdict;
  const page = `docs/verdicts/${id}.md`;
  return [{ id, severity, confidence, by, summary, evidence, do: verdict.do, page }];
}

/** A duration that the packets show. */
export function span(ms: number, text: string): EvidenceItem {
  return { value: Math.round(ms), unit: 'ms', text, source: 'packets' };
}

/** A number of something that the packets show; without one, what they show in words. */
export function seen(text: string, value: number | null = null, unit: string | null = null) {
  return { value, unit, text, source: 'packets' } as const satisfies EvidenceItem;
}

/**
 * Can the capture swear that this side sent no frame but those it shows? Not if it is encrypted, cut
 * short or has holes.
 */
export function framesKnown(connection: WireConnection, role: Role): boolean {
  const { gaps, truncated, unknownFrom } = connection.sides[role];
  const isSeen = connection.seen === 'both' || connection.seen === role;
  return isSeen && connection.webSocket !== false && gaps === 0 && !truncated && !unknownFrom;
}

/** What a verdict may claim that rests on packets that did not come. */
export interface Absence {
  readonly confidence: Confidence;
  readonly evidence: readonly EvidenceItem[];
}

/**
 * How sure it is that what the capture lacks was not sent. Null: of this connection packets are missing,
 * or only one direction was captured, so nothing can be said.
 */
export function absenceIn({ connection, lostElsewhere }: WireCase): Absence | null {
  if (connection.captureLost || connection.seen !== 'both') return null;
  return lostElsewhere === 'packets'
    ? { confidence: 'possible', evidence: [seen(lossElsewhere)] }
    : { confidence: 'likely', evidence: [] };
}

/** When its valid RST came; null: none did. */
export function resetAt({ reset }: WireSide): number | null {
  return reset !== null && reset.validity !== 'outside-window' ? reset.at : null;
}

/** A capture shows a wait of at least this before it counts as one, ms: as long as `why` watches. */
export const shortestWait = 1000;
