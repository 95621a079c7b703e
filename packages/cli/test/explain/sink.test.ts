import { describe, expect, test } from 'vitest';
import { Sink } from '../../src/explain/sink.ts';

type Done = (error?: Error | null) => void;

/** A stream that takes nothing until it is told to. */
class SlowStream {
  readonly texts: string[] = [];
  readonly #pending: Done[] = [];

  write(text: string | Uint8Array, done: Done): boolean {
    this.texts.push(String(text));
    this.#pending.push(done);
    return false;
  }

  take(error: Error | null = null): void {
    for (const done of this.#pending.splice(0)) done(error);
  }
}

const line = `${'x'.repeat(999)}\n`;
const options = {
  signal: new AbortController().signal,
  onClosed: () => {},
} as const;

function fill(sink: Sink, lines: number): void {
  for (let count = 0; count < lines; count += 1) sink.add(line);
}

/** Has it resolved by the next turn of the event loop? */
async function isReady(ready: Promise<void>): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => void setImmediate(() => resolve(false)));
  return Promise.race([ready.then(() => true), turn]);
}

describe('what explain prints', () => {
  test('is written in large pieces, whole and in order', () => {
    const stream = new SlowStream();
    const sink = new Sink(stream, options);
    fill(sink, 1000);
    sink.flush();
    expect(stream.texts.length).toBeLessThan(6);
    expect(stream.texts.join('')).toBe(line.repeat(1000));
  });

  test('may be text or its UTF-8, which is copied', () => {
    const stream = new SlowStream();
    const sink = new Sink(stream, options);
    const bytes = Buffer.from('é2');
    sink.add('é1');
    sink.add(bytes);
    bytes.fill(0);
    sink.flush();
    expect(stream.texts).toEqual(['é1é2']);
  });

  test('makes the reading wait while more than some megabytes are not taken', async () => {
    const stream = new SlowStream();
    const sink = new Sink(stream, options);
    fill(sink, 1000);
    expect(await isReady(sink.ready())).toBe(true);
    fill(sink, 9000);
    const ready = sink.ready();
    expect(await isReady(ready)).toBe(false);
    stream.take();
    await ready;
  });

  test('makes nobody wait whom a signal ends', async () => {
    const abort = new AbortController();
    const sink = new Sink(new SlowStream(), { ...options, signal: abort.signal });
    fill(sink, 9000);
    const ready = sink.ready();
    abort.abort();
    await ready;
    await sink.ready();
  });

  test('is written no more once nobody takes it, which is told once', () => {
    const stream = new SlowStream();
    let told = 0;
    const sink = new Sink(stream, { ...options, onClosed: () => (told += 1) });
    fill(sink, 1000);
    stream.take(new Error('write EPIPE'));
    const written = stream.texts.length;
    fill(sink, 1000);
    sink.flush();
    expect([told, stream.texts.length]).toEqual([1, written]);
  });
});
