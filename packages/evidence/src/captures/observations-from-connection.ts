import { type Never, type Observation, peerOf, type Role, type Unknown } from '@farewell/core';
import type { CapturedConnection, CapturedSide } from './captured-connection.ts';

const roles = ['client', 'server'] as const;

/**
 * What a capture shows of a connection, as the core's observations in the order of their times. The
 * vantage is the wire: a frame that was seen may not have reached the other end, unless it was
 * acknowledged. An RST that its receiver would ignore is no observation.
 */
export function observationsFromConnection(connection: CapturedConnection): readonly Observation[] {
  const observations = [
    ...gaps(connection),
    ...opening(connection),
    ...roles.flatMap((by) => ofSide(connection.sides[by], by)),
  ];
  observations.sort((a, b) => a.at - b.at);
  const last = ended(connection);
  return last === null ? observations : [...observations, last];
}

function opening(connection: CapturedConnection): Observation[] {
  const { handshake } = connection;
  if (handshake === null || handshake.status === null || handshake.respondedAt === null) return [];
  const at = handshake.respondedAt;
  if (handshake.status === 101) return [{ at, source: 'packets', kind: 'opened' }];
  return [{ at, source: 'packets', kind: 'refused', httpStatus: handshake.status }];
}

function ofSide(side: CapturedSide, by: Role): Observation[] {
  return [...dataOf(side, by), ...closingOf(side, by), ...teardownOf(side, by)];
}

function dataOf(side: CapturedSide, by: Role): Observation[] {
  const facts: Observation[] = [];
  const seen = { source: 'packets', by, seenAt: 'wire' } as const;
  const { lastDataAt, lastPingAt, lastPongAt } = side;
  if (lastDataAt !== null) {
    facts.push({ ...seen, at: lastDataAt, kind: 'data', bytes: side.payloadBytes });
  }
  if (lastPingAt !== null) facts.push({ ...seen, at: lastPingAt, kind: 'ping', bytes: 0 });
  if (lastPongAt !== null) facts.push({ ...seen, at: lastPongAt, kind: 'pong', bytes: 0 });
  return facts;
}

function closingOf(side: CapturedSide, by: Role): Observation[] {
  const { closeFrame } = side;
  if (closeFrame === null) return [];
  return [{ ...closeFrame, source: 'packets', kind: 'close-frame', by, seenAt: 'wire' }];
}

function teardownOf(side: CapturedSide, by: Role): Observation[] {
  const { fin, reset, tls, lastDataAt } = side;
  const facts: Observation[] = [];
  const seen = { source: 'packets', by } as const;
  if (tls?.closeNotify === 'seen' && lastDataAt !== null) {
    facts.push({ ...seen, at: lastDataAt, kind: 'tls-close-notify' });
  }
  if (fin !== null) {
    const { at, hadPeerFin } = fin;
    facts.push({ ...seen, at, kind: 'fin', seenAt: 'wire', hadPeerFin });
    if (fin.ackedAt !== null) facts.push({ ...seen, at: fin.ackedAt, kind: 'fin-acked' });
  }
  if (reset !== null && reset.validity !== 'outside-window') {
    facts.push({ ...seen, at: reset.at, kind: 'rst', seenAt: 'wire' });
  }
  return facts;
}

function gaps(connection: CapturedConnection): Observation[] {
  const facts: Observation[] = [];
  const add = (at: number, missing: string) => {
    facts.push({ at, source: 'packets', kind: 'gap', missing });
  };
  if (connection.began === 'mid-connection') {
    add(connection.firstPacketAt, 'the beginning of the connection');
  }
  if (connection.seen !== 'both') {
    add(connection.firstPacketAt, `the packets of the ${peerOf(connection.seen)}`);
  }
  for (const by of roles) {
    const side = connection.sides[by];
    if (side.lostBytes > 0) {
      add(side.unknownFrom ?? connection.lastPacketAt, `${side.lostBytes} bytes of the ${by}`);
    } else if (side.unknownFrom !== null) add(side.unknownFrom, `frames of the ${by}`);
  }
  return facts;
}

/** The capture goes on behind the end of the connection: nothing more will come. */
function ended(connection: CapturedConnection): Observation | null {
  if (connection.endedAt === null) return null;
  const never = isComplete(connection) ? neverSeen(connection) : [];
  const unflushedBytes: Unknown = 'unknown';
  const at = connection.lastPacketAt;
  return { at, source: 'packets', kind: 'ended', of: 'wire', never, unflushedBytes };
}

/** Can the capture swear that what it does not show was not sent? */
function isComplete(connection: CapturedConnection): boolean {
  if (connection.began !== 'syn' || connection.seen !== 'both') return false;
  return roles.every((by) => {
    const { gaps, truncated, unknownFrom } = connection.sides[by];
    return gaps === 0 && !truncated && unknownFrom === null;
  });
}

function neverSeen(connection: CapturedConnection): Never[] {
  const never: Never[] = [];
  for (const by of roles) {
    const side = connection.sides[by];
    if (side.fin === null) never.push(`${by}-sent-fin`);
    if (side.reset === null) never.push(`${by}-sent-rst`);
    if (side.closeFrame === null && connection.webSocket === true) never.push(`${by}-sent-close`);
  }
  return never;
}
