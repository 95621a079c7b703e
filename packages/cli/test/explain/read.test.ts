import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeSmallPackets } from '../../../../bench/support/generate-captures.js';
import { packetOf, pcapOf } from '../../../evidence/test/captures/support/capture-writer.ts';
import { closeBytes } from '../../../evidence/test/captures/support/connection-script.ts';
import { sharedCaptures } from '../../../evidence/test/captures/support/shared-captures.ts';
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

/** What is printed in each of the three forms. */
async function answers(files: readonly string[], options: Pick<ReadOptions, 'threads' | 'follow'>) {
  const request = parseRequest(files, { failOn: 'problem' });
  if (!request.ok) throw new Error(request.error);
  const text = textOutput(request.value, { width: 80, paint: painter(false) });
  const outputs = [text, jsonOutput(), ndjsonOutput()];
  const printed = outputs.map((): string[] => []);
  const summary = await readExplained(
    {
      ...options,
      files,
      watch: 0,
      signal: new AbortController().signal,
      onProgress: async () => {},
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

describe('captures read on a thread of their own', () => {
  const captures = [[many], [few], [few, many], ...sharedCaptures.map((file) => [file])];
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
