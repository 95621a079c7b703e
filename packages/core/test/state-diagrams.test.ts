import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stateDiagrams } from '../../../scripts/docs/state-diagrams.ts';

const page = new URL('../../../docs/state-diagrams.md', import.meta.url);

test('docs/state-diagrams.md is what the tables give (else: npm run docs)', () => {
  expect(readFileSync(page, 'utf8')).toBe(stateDiagrams());
});

test('the diagrams show every transition', () => {
  const text = stateDiagrams();
  expect(text).toContain('TIME_WAIT --> TIME_WAIT: receive-fin');
  expect(text).toContain('FIN_WAIT_1 --> CLOSING: receive-fin');
  expect(text).toContain('close_sent --> close_done: receive-close');
});
