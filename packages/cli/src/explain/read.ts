import { Readable } from 'node:stream';
import {
  type CaptureProgress,
  type CapturesSummary,
  type ConnectionRecord,
  readCaptures,
} from '@farewell/evidence';
import type { Io } from '../terminal/io.ts';
import { createExplainer, type Explained } from './explained.ts';

export interface ReadOptions {
  readonly files: readonly string[];
  /** Index of the connection whose packets are kept for a diagram. */
  readonly watch: number | null;
  /** Report connections soon after their end instead of when no straggler can come any more. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly onExplained: (explained: Explained) => void;
  /** Reading waits for it. */
  readonly onProgress: (progress: CaptureProgress) => Promise<void>;
}

/** ms of the capture's time for which an ended connection waits for stragglers while it is followed. */
const followLinger = 2000;

/**
 * Reads the captures and explains each connection, in the order in which they are over; those that are not
 * over at the end of the capture, last. Rejects only with what a callback throws.
 */
export async function readExplained(options: ReadOptions, io: Io): Promise<CapturesSummary> {
  const { files, watch, follow, signal, onExplained } = options;
  const explain = createExplainer();
  const onConnection = (record: ConnectionRecord): void => {
    onExplained(explain(record.read()));
  };
  return readCaptures(files, {
    onConnection,
    watch,
    signal,
    ...(follow ? { linger: followLinger } : {}),
    ...(files.includes('-') ? { stdin: readable(io.stdin) } : {}),
    onProgress: options.onProgress,
  });
}

function readable(stream: NodeJS.ReadableStream): Readable {
  return stream instanceof Readable ? stream : Readable.from(stream);
}
