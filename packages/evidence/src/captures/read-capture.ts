import { promises, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { inOrderOfTime } from './capture-order.ts';
import { CaptureReader, type CaptureReaderOptions, type CaptureSummary } from './capture-reader.ts';

/** How far the reading has come; given after each chunk. */
export interface CaptureProgress {
  readonly file: string;
  /** Bytes read of all files so far (compressed ones: after decompression). */
  readonly bytes: number;
  readonly packets: number;
  /** Connections that are tracked at this moment. */
  readonly live: number;
  /** The latest time of a packet so far, Unix ms; null: there was none. */
  readonly lastPacketAt: number | null;
}

export interface ReadCapturesOptions extends CaptureReaderOptions {
  /** Ends the reading; what was read until then is summed up as at the end of the capture. */
  readonly signal?: AbortSignal;
  /** Reading goes on when what it returns has resolved. */
  readonly onProgress?: (progress: CaptureProgress) => void | Promise<void>;
  /** What `-` stands for. Default: standard input. */
  readonly stdin?: Readable;
}

/** The summary of all files together. */
export interface CapturesSummary extends CaptureSummary {
  /** Files that were recognised as captures. None: nothing could be read at all. */
  readonly filesRead: number;
}

/** Large enough that the system calls cost nothing, small enough for the cache of a core. */
const CHUNK_BYTES = 1 << 19;
/** 8 MB: some milliseconds of work. */
const CHUNKS_IN_A_TURN = 16;
const GZIP_MAGIC = 0x1f8b;

/**
 * Reads capture files, plain or gzip-compressed, as one capture in the order of their first packets; `-`
 * is standard input, read while it is being written. Resolves when all are read or `signal` aborts. Never
 * rejects for what a file holds, or because one cannot be opened: that is a problem in the summary.
 * What `onConnection` or `onProgress` throws, it rejects with.
 */
export async function readCaptures(
  paths: readonly string[],
  options: ReadCapturesOptions,
): Promise<CapturesSummary> {
  const reader = new CaptureReader(options);
  const progress = { bytes: 0 };
  let filesRead = 0;
  for (const file of await inOrderOfTime(paths, reader.problems)) {
    if (options.signal?.aborted === true) break;
    reader.beginFile(file);
    await readFile(reader, { file, options, progress });
    if (reader.recognised) filesRead += 1;
  }
  return { ...reader.end(), filesRead };
}

interface FileBeingRead {
  readonly file: string;
  readonly options: ReadCapturesOptions;
  readonly progress: { bytes: number };
}

async function readFile(reader: CaptureReader, being: FileBeingRead): Promise<void> {
  const { file, options, progress } = being;
  const chunks = file === '-' ? standardInput(options) : chunksOfFile(file);
  const before = progress.bytes;
  let failed = false;
  let cameAt = performance.now();
  const tell = (error: unknown) => {
    failed = true;
    if (options.signal?.aborted === true) return;
    reader.problems.add(problemOf(error), `${file}: ${messageOf(error)}`);
  };
  for await (const chunk of guarded(decompressed(chunks), tell)) {
    cameAt = performance.now();
    reader.feed(chunk);
    progress.bytes += chunk.length;
    const { packets, live, lastAt } = reader.progress;
    await options.onProgress?.({
      file,
      bytes: progress.bytes,
      packets,
      live,
      lastPacketAt: lastAt,
    });
    if (!reader.readable || options.signal?.aborted === true) break;
  }
  if (options.signal?.aborted === true) reader.abandonFile();
  if (file === '-') noteSilence(reader, performance.now() - cameAt);
  if (progress.bytes === before && !failed) reader.problems.add('empty file', file);
}

/** A capture that came through a pipe while it was made went on for as long as nothing came any more. */
function noteSilence(reader: CaptureReader, ms: number): void {
  const { lastAt } = reader.progress;
  if (lastAt !== null) reader.onCaptureEnd(lastAt + ms);
}

/** Tells an error of the source and ends; an error of whoever takes the chunks is not its business. */
async function* guarded(
  chunks: AsyncIterable<Uint8Array>,
  tell: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    tell(error);
  }
}

/** Ends when the signal aborts, also while nothing comes. */
async function* standardInput(options: ReadCapturesOptions): AsyncGenerator<Uint8Array> {
  const { signal, stdin = process.stdin } = options;
  const stop = () => void stdin.destroy();
  signal?.addEventListener('abort', stop);
  try {
    for await (const chunk of stdin) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * One buffer, filled again for each chunk: a chunk must be used up before the next is asked for. A file is
 * read without going through the event loop, which is faster even where another core could read ahead;
 * a turn of it is left now and then, so that a signal gets through. Anything else, such as a named pipe,
 * may keep its reader waiting, so it is read as a stream.
 */
async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array> {
  await using file = await promises.open(path);
  if (!(await file.stat()).isFile()) {
    return yield* file.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES });
  }
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let chunks = 1; ; chunks += 1) {
    const length = readSync(file.fd, buffer);
    if (length === 0) return;
    yield buffer.subarray(0, length);
    if (chunks % CHUNKS_IN_A_TURN === 0) await turnOfEventLoop();
  }
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Looks at the first two bytes and decompresses if they are gzip's. */
async function* decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    const first = await firstBytes(iterator);
    const isGzip = first.length >= 2 && (first[0] ?? 0) * 256 + (first[1] ?? 0) === GZIP_MAGIC;
    if (isGzip) yield* gunzip(withFirst(first, iterator, 'copy'));
    else yield* withFirst(first, iterator, 'as-is');
  } finally {
    await iterator.return?.();
  }
}

/** A pipe may give its first bytes one by one. */
async function firstBytes(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 2) {
    const { done, value } = await iterator.next();
    if (done === true) return first;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function* withFirst(
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  chunks: 'copy' | 'as-is',
): AsyncGenerator<Uint8Array> {
  const give = (chunk: Uint8Array) => (chunks === 'copy' ? chunk.slice() : chunk);
  yield give(first);
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    yield give(next.value);
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: CHUNK_BYTES });
  const inflated = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => inflated.destroy(error));
  source.pipe(inflated);
  try {
    for await (const chunk of inflated) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    source.destroy();
  }
}

/** zlib's codes begin with Z_; everything else is the file system's. */
function problemOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_')
    ? 'damaged gzip data: what follows in this file was not read'
    : 'file that could not be read';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
