import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';
import {
  type CaptureProgress,
  type CapturesSummary,
  type ReportedConnection,
  readCaptures,
  readCapturesInThread,
} from '@farewell/evidence';
import type { Io } from '../terminal/io.ts';
import { createExplainer, type Explained } from './explained.ts';
import type { KnownShapes } from './known-shapes.ts';

export interface ReadOptions {
  readonly files: readonly string[];
  /** Index of the connection whose packets are kept for a diagram. */
  readonly watch: number | null;
  /** Report connections soon after their end instead of when no straggler can come any more. */
  readonly follow: boolean;
  /** 2: captures are read on a thread of their own. Standard input cannot be. */
  readonly threads: 1 | 2;
  readonly signal: AbortSignal;
  /** Connections of a shape that was explained before are counted here instead of being explained; null: none are. */
  readonly shapes: KnownShapes | null;
  readonly onExplained: (explained: Explained) => void;
  /** Reading waits for it. */
  readonly onProgress: (progress: CaptureProgress) => Promise<void>;
}

/** ms of the capture's time for which an ended connection waits for stragglers while it is followed. */
const followLinger = 2000;

/** 140,000 small packets, 100 ms of reading: from here on another thread is worth its start and its memory. */
const worthAThreadBytes = 16 << 20;

/**
 * Reads the captures and explains each connection, in the order in which they are over; those that are not
 * over at the end of the capture, last. Rejects only with what a callback throws.
 */
export async function readExplained(options: ReadOptions, io: Io): Promise<CapturesSummary> {
  const { files, watch, follow, signal, threads, shapes, onExplained, onProgress } = options;
  const explain = createExplainer();
  const onConnection = (connection: ReportedConnection): void => {
    const shape = connection.shape();
    if (shape !== null && shapes?.count(shape) === true) return;
    const explained = explain(connection.read(), shape);
    if (shape !== null) shapes?.remember(shape, explained);
    onExplained(explained);
  };
  const linger = follow ? { linger: followLinger } : {};
  const reading = { onConnection, onProgress, watch, signal, ...linger };
  if (threads === 2) return readCapturesInThread(files, reading);
  const stdin = files.includes('-') ? { stdin: readable(io.stdin) } : {};
  return readCaptures(files, { ...reading, ...stdin });
}

/** Where there is more than one processor, and more to read than a thread costs. */
export async function threadsFor(files: readonly string[]): Promise<1 | 2> {
  if (files.includes('-') || availableParallelism() < 2) return 1;
  const sizes = await Promise.all(files.map(sizeOf));
  if (sizes.includes(null)) return 1;
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) < worthAThreadBytes ? 1 : 2;
}

/** In bytes; null: no regular file, so it may be one that is still being written. */
async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}

function readable(stream: NodeJS.ReadableStream): Readable {
  return stream instanceof Readable ? stream : Readable.from(stream);
}
