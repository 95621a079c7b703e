import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapturedConnection } from '../../src/captures/captured-connection.ts';
import { BLOCK_RECORDS, BLOCKS } from '../../src/captures/handover.ts';
import { readCaptures } from '../../src/captures/read-capture.ts';
import {
  type ReadInThreadOptions,
  readCapturesInThread,
} from '../../src/captures/read-in-thread.ts';
import type { ReportedConnection } from '../../src/captures/record-reader.ts';
import { packetOf, pcapOf } from './support/capture-writer.ts';
import { ConnectionScript } from './support/connection-script.ts';

/** More than there is room for at once, and a block that is not full. */
const connections = BLOCKS * BLOCK_RECORDS * 2 + 7;

let folder = '';
let many = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'farewell-captures-'));
  many = join(folder, 'many.pcap');
  const segments = Array.from({ length: connections }, (_, index) => {
    const client = { address: `10.1.${index >> 8}.${index & 0xff}`, port: 30_000 };
    const script = new ConnectionScript({ client, at: 1_700_000_000_000 + index });
    return (index % 2 === 0 ? script.upgrade() : script.open()).finish('server').segments;
  });
  writeFileSync(many, pcapOf(segments.flat().map((segment) => packetOf(segment))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Read = (paths: readonly string[], options: ReadInThreadOptions) => Promise<object>;

async function readWith(read: Read, options: Partial<ReadInThreadOptions> = {}) {
  const found: CapturedConnection[] = [];
  const onConnection = (record: ReportedConnection) => void found.push(record.read());
  const summary = await read([many, join(folder, 'absent.pcap')], { ...options, onConnection });
  return { found, summary };
}

describe('captures read on a thread of their own', () => {
  it('give the same connections in the same order, and the same summary', async () => {
    for (const options of [{}, { watch: connections - 1, linger: 0, maxConnections: 100 }]) {
      const expected = await readWith(readCaptures, options);
      expect(expected.found).toHaveLength(connections);
      expect(await readWith(readCapturesInThread, options)).toEqual(expected);
    }
  });

  it('wait for whoever takes their connections', async () => {
    let taken = 0;
    let waiting = 0;
    let most = 0;
    await readCapturesInThread([many], {
      onConnection: () => {
        taken += 1;
        most = Math.max(most, taken - waiting);
      },
      onProgress: async () => {
        waiting = taken;
        await new Promise((resolve) => void setImmediate(resolve));
      },
    });
    expect(taken).toBe(connections);
    expect(most).toBeLessThanOrEqual(BLOCK_RECORDS * (BLOCKS + 1));
  });

  it('end where a signal ends them, with what was read until then', async () => {
    const summary = await readCapturesInThread([many], {
      signal: AbortSignal.abort(),
      onConnection: () => {},
    });
    expect(summary).toMatchObject({ filesRead: 1 });
    expect(summary.packets).toBeLessThan(connections * 8);
  });

  it('reject with what a callback throws', async () => {
    const refused = new Error('enough');
    const reading = readCapturesInThread([many], {
      onConnection: () => {
        throw refused;
      },
    });
    await expect(reading).rejects.toBe(refused);
  });

  it('reject with an error of the thread', async () => {
    const noList = 1 as unknown as string[];
    const reading = readCapturesInThread(noList, { onConnection: () => {} });
    await expect(reading).rejects.toThrow('is not a function');
  });
});
