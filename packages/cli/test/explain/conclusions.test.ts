import { describeOutcome, observeAll, outcome, unseenConnection } from '@farewell/core';
import {
  type CapturedConnection,
  observationsFromConnection,
  readCaptures,
} from '@farewell/evidence';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
import { Conclusions } from '../../src/explain/conclusions.ts';
import { anyConnections } from './support/any-connections.ts';

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
  test('is what the core concludes from each alone', () => {
    fc.assert(
      fc.property(anyConnections, (connections) => expectSame(connections)),
      { numRuns: 300 },
    );
  });

  test.skipIf(sharedCaptures.length === 0)('is so for the shared captures', async () => {
    const found: CapturedConnection[] = [];
    await readCaptures(sharedCaptures, {
      onConnection: (record) => void found.push(record.read()),
    });
    expectSame(found);
  });
});
