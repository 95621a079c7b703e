import type { CapturedConnection } from '@farewell/evidence';
import { describe, expect } from 'vitest';
import { createExplainer } from '../../src/explain/explained.ts';
import { connectionJson } from '../../src/explain/render-json.ts';
import { LineWriter } from '../../src/explain/render-line.ts';
import { testConnections } from './support/any-connections.ts';

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
  testConnections('is what JSON.stringify makes of the connection', expectSame);
});
