import { type CapturedConnection, readCaptures } from '@farewell/evidence';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
import { createExplainer } from '../../src/explain/explained.ts';
import { connectionJson } from '../../src/explain/render-json.ts';
import { LineWriter } from '../../src/explain/render-line.ts';
import { anyConnections } from './support/any-connections.ts';

function expectSame(connections: readonly CapturedConnection[]): void {
  const explain = createExplainer();
  const writer = new LineWriter();
  // Twice: the second time most texts are known.
  for (const connection of [...connections, ...connections]) {
    const explained = explain(connection);
    const line = Buffer.from(writer.line(explained)).toString();
    expect(line).toBe(`${JSON.stringify(connectionJson(explained))}\n`);
  }
}

describe('a line of --ndjson', () => {
  test('is what JSON.stringify makes of the connection', () => {
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
