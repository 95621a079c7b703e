import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CaptureReaderOptions } from './capture-reader.ts';
import { type Batch, createHandover, type Handover, STOP } from './handover.ts';
import type { CaptureProgress, CapturesSummary, ReadCapturesOptions } from './read-capture.ts';
import { RecordReader, type ReportedConnection } from './record-reader.ts';

/** As for `readCaptures`, but for standard input, which belongs to the main thread. */
export interface ReadInThreadOptions
  extends Omit<ReadCapturesOptions, 'onConnection' | 'onProgress' | 'stdin'> {
  readonly onConnection: (connection: ReportedConnection) => void;
  /** Given now and then; what it returns is awaited before more connections are taken. */
  readonly onProgress?: (progress: CaptureProgress) => void | Promise<void>;
}

/** What the reading thread is started with. */
export interface ReadingTask {
  readonly paths: readonly string[];
  readonly settings: Omit<CaptureReaderOptions, 'onConnection'>;
  readonly handover: Handover;
}

/** What the reading thread tells. */
export type FromReadingThread =
  | { readonly kind: 'records'; readonly batch: Batch }
  | { readonly kind: 'progress'; readonly progress: CaptureProgress }
  | { readonly kind: 'summary'; readonly summary: CapturesSummary };

/**
 * `readCaptures` on a thread of its own: it reads on while this one looks at the connections, which come in
 * the same order. Worth its start, 30 ms, where there is much to read and much to do with it. What a
 * callback throws, it rejects with; an error of the thread, too.
 */
export async function readCapturesInThread(
  paths: readonly string[],
  { onConnection, onProgress, signal, ...settings }: ReadInThreadOptions,
): Promise<CapturesSummary> {
  const handover = createHandover();
  const task: ReadingTask = { paths, settings, handover };
  // What is loaded before the main thread's program has no part in this one.
  const thread = new Worker(threadFile(), { workerData: task, execArgv: [] });
  const stop = (): void => void Atomics.store(handover.control, STOP, 1);
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await takeAll(thread, new RecordReader(handover), { onConnection, onProgress });
  } finally {
    signal?.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

type Callbacks = Pick<ReadInThreadOptions, 'onConnection'> & {
  readonly onProgress: ReadInThreadOptions['onProgress'];
};

async function takeAll(
  thread: Worker,
  records: RecordReader,
  { onConnection, onProgress }: Callbacks,
): Promise<CapturesSummary> {
  let progress: CaptureProgress | null = null;
  for await (const [message] of on(thread, 'message', { close: ['exit'] })) {
    const told = message as FromReadingThread;
    if (told.kind === 'summary') return told.summary;
    if (told.kind === 'records') records.take(told.batch, onConnection);
    else progress = told.progress;
    if (progress !== null) await onProgress?.(progress);
  }
  throw new Error('the thread that reads captures has ended before it had read them');
}

/** Node 20 runs no TypeScript: the source, which tests run, starts the built thread. */
function threadFile(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../../dist/captures/reading-thread.js', import.meta.url)
    : new URL('./reading-thread.js', import.meta.url);
}
