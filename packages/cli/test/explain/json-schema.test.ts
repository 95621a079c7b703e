import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packetVerdictIds, sharedVerdictIds } from '@farewell/diagnosis';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { packetOf, pcapOf } from '../../../evidence/test/captures/support/capture-writer.ts';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
import { farewell } from '../support/farewell.ts';
import { ConnectionScript } from './support/explain-segments.ts';

const path = new URL('../../../../docs/reference/explain.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(path, 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
const validate = ajv.compile(schema);
const validateLine = ajv.compile({ $ref: 'farewell.explain/1#/$defs/connection' });

describe('docs/reference/explain.schema.json', () => {
  test('knows every verdict', () => {
    const ids = schema.$defs.verdict.properties.id.enum;
    expect(ids).toEqual([...sharedVerdictIds, ...packetVerdictIds]);
  });

  test('is described field by field in explain-json.md', () => {
    const page = readFileSync(new URL('explain-json.md', path), 'utf8');
    const defined = [schema, ...Object.values(schema.$defs)] as ReadonlyArray<{
      properties?: object;
    }>;
    const fields = defined.flatMap(({ properties }) => Object.keys(properties ?? {}));
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  });

  test('refuses what is not an answer', () => {
    expect(validate({ schema: 'farewell.explain/1' })).toBe(false);
  });
});

describe('farewell explain --json agrees with its schema', () => {
  test('for a capture written here, whole and cut off in the middle', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'farewell-explain-'));
    try {
      const one = new ConnectionScript().upgrade().closeFrames('client').finish('server');
      const two = new ConnectionScript({ at: one.now, client: { address: '10.0.0.3', port: 7 } });
      const segments = [...one.segments, ...two.upgrade().rst('server').segments];
      const bytes = pcapOf(segments.map((segment) => packetOf(segment)));
      const files = [bytes, bytes.subarray(0, bytes.length - 20)].map((content, index) => {
        const file = join(folder, `${index}.pcap`);
        writeFileSync(file, content);
        return file;
      });
      for (const file of files) await expectValid([file], 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(sharedCaptures.length === 0)('and for the shared captures', () => {
  test('as one object and line by line', async () => {
    await expectValid(sharedCaptures, sharedCaptures.length);
  });
});

async function expectValid(files: readonly string[], connections: number): Promise<void> {
  const whole = await farewell(['explain', ...files, '--json']);
  const answer = JSON.parse(whole.stdout);
  validate(answer);
  expect(validate.errors ?? []).toEqual([]);
  const indexes = answer.connections.map(({ index }: { index: number }) => index);
  expect(indexes).toEqual(Array.from({ length: connections }, (_, index) => index));
  const lines = (await farewell(['explain', ...files, '--ndjson'])).stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(connections);
  for (const line of lines) {
    validateLine(JSON.parse(line));
    expect(validateLine.errors ?? []).toEqual([]);
  }
}
