import { CaptureReader, type ReportedConnection, readCaptures } from '@farewell/evidence';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
import { createExplainer, type Explained } from '../../src/explain/explained.ts';
import { KnownShapes } from '../../src/explain/known-shapes.ts';
import { anyCapture } from './support/any-connections.ts';

/** All that a summary counts of a connection. */
function countedOf({ connection, ending, verdicts }: Explained): unknown {
  const { server, webSocket, payload, captureLost } = connection;
  const kinds = verdicts.map(({ id, summary, severity, confidence }) => {
    return [id, summary, severity, confidence];
  });
  return { server, webSocket, payload, captureLost, ending, verdicts: kinds };
}

/** Holds connections of one shape, whatever capture they come from, against the first of them. */
class Comparison {
  readonly #first = new Map<string, unknown>();
  readonly #explainAlike = createExplainer();
  compared = 0;

  readonly ofOneCapture = (): ((record: ReportedConnection) => void) => {
    const explain = createExplainer();
    return (record) => {
      const connection = record.read();
      const shape = record.shape();
      const explained = explain(connection);
      if (shape === null) return;
      expect(this.#explainAlike(connection, shape)).toEqual(explained);
      const key = shape.join();
      const first = this.#first.get(key);
      if (first === undefined) return void this.#first.set(key, countedOf(explained));
      expect(countedOf(explained)).toEqual(first);
      this.compared += 1;
    };
  };
}

describe('connections of one shape', () => {
  test('are counted alike whatever their figures, and explained as if they were alone', () => {
    const comparison = new Comparison();
    const property = fc.property(anyCapture, (bytes) => {
      const reader = new CaptureReader({ onConnection: comparison.ofOneCapture() });
      reader.feed(bytes);
      reader.end();
    });
    fc.assert(property, { numRuns: 500 });
    expect(comparison.compared).toBeGreaterThan(300);
  });

  test.skipIf(sharedCaptures.length === 0)('are so in the shared captures', async () => {
    const comparison = new Comparison();
    for (const file of [...sharedCaptures, ...sharedCaptures])
      await readCaptures([file], { onConnection: comparison.ofOneCapture() });
    expect(comparison.compared).toBeGreaterThan(3);
  });
});

const shape = (...words: number[]) => Int32Array.from(words);

describe('known shapes', () => {
  const explained = {} as Explained;

  test('count those that are the same to the word', () => {
    const shapes = new KnownShapes(0);
    expect(shapes.count(shape(1, 2))).toBe(false);
    shapes.remember(shape(1, 2), explained);
    expect([shapes.count(shape(1, 2)), shapes.count(shape(1, 2))]).toEqual([true, true]);
    expect([shapes.count(shape(2, 1)), shapes.count(shape(1, 3))]).toEqual([false, false]);
    expect([...shapes.counts()]).toMatchObject([{ explained, again: 2 }]);
  });

  test('do not count the first ones', () => {
    const shapes = new KnownShapes(2);
    shapes.remember(shape(1), explained);
    expect([1, 2, 3].map(() => shapes.count(shape(1)))).toEqual([false, false, true]);
  });

  test('are bounded', () => {
    const shapes = new KnownShapes(0);
    for (let word = 0; word < 5000; word += 1) shapes.remember(shape(word), explained);
    expect([...shapes.counts()].length).toBe(1024);
    expect(shapes.count(shape(4999))).toBe(false);
  });
});
