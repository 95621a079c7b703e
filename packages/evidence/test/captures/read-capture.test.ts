import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapturedConnection } from '../../src/captures/captured-connection.ts';
import {
  type CaptureProgress,
  type ReadCapturesOptions,
  readCaptures,
} from '../../src/captures/read-capture.ts';
import { packetOf, pcapOf } from './support/capture-writer.ts';
import { ConnectionScript, type Segment } from './support/connection-script.ts';

const script = new ConnectionScript()
  .upgrade()
  .frame('client', {})
  .closeFrames('client')
  .finish('server');
const file = (segments: readonly Segment[]) => pcapOf(segments.map((segment) => packetOf(segment)));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'farewell-captures-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

async function read(paths: readonly string[], options: Partial<ReadCapturesOptions> = {}) {
  const connections: CapturedConnection[] = [];
  const summary = await readCaptures(paths, {
    ...options,
    onConnection: (record) => void connections.push(record.read()),
  });
  return { connections, summary };
}

describe('captures in files', () => {
  it('are read, plain and compressed, to the same connections', async () => {
    const plain = await read([written('plain.pcap', file(script.segments))]);
    const compressed = await read([written('plain.pcap.gz', gzipSync(file(script.segments)))]);
    expect(plain.connections).toHaveLength(1);
    expect(plain.summary).toMatchObject({ filesRead: 1, problems: [] });
    expect(compressed).toEqual(plain);
  });

  it('of a rotating series are one capture, in the order of their packets', async () => {
    const third = Math.ceil(script.segments.length / 3);
    const parts = [0, 1, 2].map((part) => script.segments.slice(part * third, (part + 1) * third));
    const paths = [1, 2, 0].map((part) =>
      written(
        `series${part}`,
        part === 1 ? gzipSync(file(parts[part] ?? [])) : file(parts[part] ?? []),
      ),
    );
    const series = await read(paths);
    const whole = await read([written('whole.pcap', file(script.segments))]);
    expect(series.connections).toEqual(whole.connections);
    expect(series.summary.filesRead).toBe(3);
  });

  it('with a damaged end give everything before it, and say so', async () => {
    const bytes = gzipSync(file(script.segments), { level: 0 });
    const { connections, summary } = await read([written('cut.gz', bytes.subarray(0, -200))]);
    expect(connections).toHaveLength(1);
    expect(summary.packets).toBeGreaterThan(10);
    expect(summary.problems.map(({ what }) => what)).toContain(
      'damaged gzip data: what follows in this file was not read',
    );
  });

  it('that cannot be opened or are none are problems, and the others are read', async () => {
    const { connections, summary } = await read([
      join(folder, 'not-there.pcap'),
      written('notes.txt', Buffer.from('nothing of interest')),
      folder,
      written('empty.pcap', Buffer.alloc(0)),
      written('good.pcap', file(script.segments)),
    ]);
    expect(connections).toHaveLength(1);
    expect(summary.filesRead).toBe(1);
    expect(summary.problems.map(({ what, count }) => `${count} ${what}`)).toEqual([
      '2 file that could not be read',
      '1 not a capture',
      '1 empty file',
    ]);
  });

  it('tell how far the reading has come', async () => {
    const bytes = file(script.segments);
    const seen: CaptureProgress[] = [];
    await read([written('progress.pcap', bytes)], {
      onProgress: (progress) => void seen.push(progress),
    });
    expect(seen.at(-1)).toMatchObject({ bytes: bytes.length, packets: script.segments.length });
  });

  it('are left in the middle when the signal aborts', async () => {
    const one = file(script.segments);
    const records = one.subarray(24);
    const times = Math.ceil((20 << 20) / records.length);
    const bytes = Buffer.concat([one, ...Array.from({ length: times }, () => records)]);
    const abort = new AbortController();
    let chunks = 0;
    const { summary } = await read([written('long.pcap', bytes)], {
      signal: abort.signal,
      onProgress: () => {
        chunks += 1;
        if (chunks === 1) setImmediate(() => abort.abort());
      },
    });
    expect(summary.packets).toBeGreaterThan(0);
    expect(summary.packets).toBeLessThan(times * script.segments.length);
    expect(summary.problems).toEqual([]);
  });

  it('may be a named pipe', async () => {
    const path = join(folder, 'pipe.pcap');
    execFileSync('mkfifo', [path]);
    const reading = read([path]);
    await writeFile(path, file(script.segments));
    const { connections, summary } = await reading;
    expect(connections).toHaveLength(1);
    expect(summary.problems).toEqual([]);
  });
});

describe('a capture on standard input', () => {
  for (const kind of ['plain', 'compressed'] as const) {
    it(`is read while it is being written, ${kind}`, async () => {
      const stdin = new PassThrough();
      const whole = file(script.segments);
      const bytes = kind === 'plain' ? whole : gzipSync(whole);
      let told = 0;
      const reading = read(['-'], { stdin, onProgress: () => void (told += 1) });
      for (let at = 0; at < bytes.length; at += 100) stdin.write(bytes.subarray(at, at + 100));
      stdin.end();
      const { connections, summary } = await reading;
      expect(connections).toHaveLength(1);
      expect(summary.problems).toEqual([]);
      expect(told).toBeGreaterThan(0);
    });
  }

  it('gives a connection before the input has ended', async () => {
    const stdin = new PassThrough();
    const later = new ConnectionScript({
      at: script.now + 100_000,
      client: { address: '10.9.9.9', port: 9 },
    });
    for (let count = 0; count < 300; count += 1) later.ack('client');
    const first = deferred();
    const reading = readCaptures(['-'], { stdin, onConnection: () => first.resolve() });
    stdin.write(file([...script.segments, ...later.segments]));
    await first.promise;
    stdin.end();
    expect((await reading).connections).toBe(2);
  });

  it('knows how long nothing came before its end', async () => {
    const stdin = new PassThrough();
    const chunk = deferred();
    const reading = read(['-'], { stdin, onProgress: () => chunk.resolve() });
    stdin.write(file(new ConnectionScript().upgrade().segments));
    await chunk.promise;
    const silence = 30;
    setTimeout(() => stdin.end(), silence);
    const [connection] = (await reading).connections;
    const { observedUntil = 0, lastPacketAt = 0 } = connection ?? {};
    // Timers have whole milliseconds.
    expect(observedUntil - lastPacketAt).toBeGreaterThan(silence - 2);
  });

  it('ends when the signal aborts, with what was read until then', async () => {
    const stdin = new PassThrough();
    const abort = new AbortController();
    const reading = read(['-'], { stdin, signal: abort.signal, onProgress: () => abort.abort() });
    stdin.write(file(script.segments));
    const { connections } = await reading;
    expect(connections).toHaveLength(1);
  });

  it('ends when the signal aborts while nothing comes', async () => {
    const stdin = new PassThrough();
    const abort = new AbortController();
    const first = deferred();
    const reading = read(['-'], { stdin, signal: abort.signal, onProgress: first.resolve });
    stdin.write(file(script.segments));
    await first.promise;
    abort.abort();
    expect((await reading).summary).toMatchObject({
      packets: script.segments.length,
      problems: [],
    });
  });

  it('rejects with what the handler of connections throws', async () => {
    const stdin = new PassThrough();
    stdin.end(file(script.segments));
    await expect(readCaptures(['-'], { stdin, onConnection: throwing })).rejects.toThrow(
      'from the handler',
    );
  });
});

function deferred() {
  const first = new EventEmitter();
  return { promise: once(first, 'resolved'), resolve: () => void first.emit('resolved') };
}

function throwing(): never {
  throw new Error('from the handler');
}
