import { describeOutcome, observeAll, outcome, unseenConnection } from '@farewell/core';
import { type CapturedConnection, observationsFromConnection } from '@farewell/evidence';
import { describe, expect } from 'vitest';
import { Conclusions } from '../../src/explain/conclusions.ts';
import { testConnections } from './support/any-connections.ts';

/** What the core says, asked for this one connection only. */
function alone(connection: CapturedConnection) {
  const seen = observationsFromConnection(connection);
  const known = observeAll(unseenConnection('wire'), [...seen, ...unlessEnded(connection)]);
  return { outcome: outcome(known), text: describeOutcome(known) };
}

function unlessEnded({ endedAt, lastPacketAt }: CapturedConnection) {
  if (endedAt !== null) return [];
  const end = { kind: 'ended', of: 'wire', never: [], unflushedBytes: 'unknown' } as const;
  return [{ ...end, at: lastPacketAt, source: 'packets' } as const];
}

function expectSame(connections: readonly CapturedConnection[]): void {
  const conclusions = new Conclusions();
  // Twice: the second time every shape is known.
  for (const connection of [...connections, ...connections]) {
    expect(conclusions.of(connection)).toEqual(alone(connection));
  }
}

describe('a conclusion that many connections share', () => {
  testConnections('is what the core concludes from each alone', expectSame);
});
