import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeSmallPackets } from '../../../../bench/support/generate-captures.js';
import { packetOf, pcapOf } from '../../../evidence/test/captures/support/capture-writer.ts';
import { closeBytes } from '../../../evidence/test/captures/support/connection-script.ts';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
import type { Output } from '../../src/explain/output.ts';
import { jsonOutput, ndjsonOutput } from '../../src/explain/output-json.ts';
import { textOutput } from '../../src/explain/output-text.ts';
import { type ReadOptions, readExplained, threadsFor } from '../../src/explain/read.ts';
import { parseRequest } from '../../src/explain/request.ts';
import { painter } from '../../src/terminal/colour.ts';
import { processIo } from '../../src/terminal/io.ts';
import { ConnectionScript } from './support/explain-segments.ts';

const folder = mkdtempSync(join(tmpdir(), 'farewell-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Many blocks of what is handed over between threads. */
const many = join(folder, 'many.pcap');
writeSmallPackets(many, { connections: 6000, concurrent: 500 });

/** Reasons of Close frames, each of which is a text of its own, and a watched connection. */
const few = join(folder, 'few.pcap');
const reasons = ['', 'Ende', 'ünïcode "§"', 'Ende'];
const scripts = reasons.map((reason, index) =>
  new ConnectionScript({ client: { address: '10.0.0.1', port: 40_000 + index } })
    .upgrade()
    .data('client', closeBytes({ masked: true, code: 1000, reason }))
    .exchange('server', closeBytes({ masked: false, code: 1000 }))
    .finish('server'),
);
writeFileSync(few, pcapOf(scripts.flatMap(({ segments }) => segments).map((s) => packetOf(s))));

const reading = {
  watch: 0,
  signal: new AbortController().signal,
  onProgress: async () => {},
} as const;

function asText(files: readonly string[]): Output {
  const request = parseRequest(files, { failOn: 'problem' });
  if (!request.ok) throw new Error(request.error);
  return textOutput(request.value, { width: 80, paint: painter(false) });
}

/** What is printed in each of the three forms. */
async function answers(files: readonly string[], options: Pick<ReadOptions, 'threads' | 'follow'>) {
  const outputs = [asText(files), jsonOutput(), ndjsonOutput()];
  const printed = outputs.map((): string[] => []);
  const summary = await readExplained(
    {
      ...options,
      ...reading,
      files,
      shapes: null,
      onExplained: (explained) => {
        outputs.forEach((output, index) => {
          printed[index]?.push(Buffer.from(output.connection(explained)).toString());
        });
      },
    },
    processIo(),
  );
  const ends = await Promise.all(outputs.map((output) => output.end(summary, 0)));
  return printed.map((pieces, index) => `${pieces.join('')}${ends[index]}`);
}

/** The text, and of how many connections it took an explanation. */
async function counted(files: readonly string[]) {
  const output = asText(files);
  let explained = 0;
  const summary = await readExplained(
    {
      ...reading,
      files,
      threads: 1,
      follow: false,
      shapes: output.shapes,
      onExplained: (one) => {
        explained += 1;
        output.connection(one);
      },
    },
    processIo(),
  );
  return { text: await output.end(summary, 0), explained };
}

const captures = [[many], [few], [few, many], ...sharedCaptures.map((file) => [file])];

describe('captures of which connections of a known shape are only counted', () => {
  test.each(captures)('%s: the text is the same to the byte', async (...files) => {
    const [text] = await answers(files, { threads: 1, follow: false });
    expect((await counted(files)).text).toBe(text);
  });

  test('take an explanation for each shape, and for the few that may have to be shown', async () => {
    // The first one is watched for a diagram, so it has no shape.
    expect((await counted([many])).explained).toBe(1 + 5);
  });
});

describe('captures read on a thread of their own', () => {
  test.each(captures)('%s: the answer is the same to the byte', async (...files) => {
    for (const follow of [false, true]) {
      const one = await answers(files, { threads: 1, follow });
      expect(await answers(files, { threads: 2, follow })).toEqual(one);
    }
  });

  test('are large ones, and regular files', async () => {
    const large = join(folder, 'large.pcap');
    writeFileSync(large, new Uint8Array(17 << 20));
    expect(await threadsFor([few, large])).toBe(2);
    expect(await threadsFor([few])).toBe(1);
    expect(await threadsFor([large, '-'])).toBe(1);
    expect(await threadsFor([large, join(folder, 'absent')])).toBe(1);
    expect(await threadsFor([large, '/dev/null'])).toBe(1);
  });
});
