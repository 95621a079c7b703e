import { peerOf, type Role } from '@farewell/core';
import { timeWait as say } from '../../sentences/packets.ts';
import type { Confidence, EvidenceItem } from '../../verdict.ts';
import { duration } from '../../words.ts';
import { found, type PacketRule, seen } from '../rule.ts';
import type { WireCase } from '../wire-connection.ts';

/** TIME-WAIT at the server: as RFC 6455 §7.1.1 wants it. */
export const timeWaitOnServer: PacketRule = (wire) =>
  holds(wire, 'server')
    ? found({
        id: 'time-wait-on-server',
        severity: 'healthy',
        by: 'server',
        summary: say.summary('server', kindOf(wire)),
        do: say.doServer,
        confidence: confidenceOf(wire),
        evidence: [evidenceOf(wire, 'server')],
      })
    : [];

/** TIME-WAIT at the client: a port of its own waits. */
export const timeWaitOnClient: PacketRule = (wire) =>
  holds(wire, 'client')
    ? found({
        id: 'time-wait-on-client',
        severity: 'note',
        by: 'client',
        summary: say.summary('client', kindOf(wire)),
        do: say.doClient,
        confidence: confidenceOf(wire),
        evidence: [evidenceOf(wire, 'client')],
      })
    : [];

function holds({ outcome }: WireCase, role: Role): boolean {
  return outcome.tcp.timeWait === role || outcome.tcp.timeWait === 'both';
}

function kindOf({ connection, outcome }: WireCase): 'crossed' | 'websocket' | 'other' {
  if (outcome.tcp.timeWait === 'both') return 'crossed';
  return connection.webSocket === false ? 'other' : 'websocket';
}

function confidenceOf({ outcome }: WireCase): Confidence {
  return outcome.tcp.basis === 'packets' ? 'certain' : 'likely';
}

function evidenceOf({ connection, outcome }: WireCase, role: Role): EvidenceItem {
  const own = connection.sides[role].fin;
  const answer = connection.sides[peerOf(role)].fin;
  const gap = own && answer ? duration(answer.at - own.at) : null;
  return seen(say.fins({ role, gap, isCrossed: outcome.tcp.timeWait === 'both' }));
}
