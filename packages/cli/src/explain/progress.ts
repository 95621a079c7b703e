import { stat } from 'node:fs/promises';
import type { CaptureProgress } from '@farewell/evidence';
import { formatCount, formatDuration } from '../terminal/format.ts';
import type { OutputStream } from '../terminal/io.ts';
import { clearLine, write } from '../terminal/write.ts';

const everyMs = 200;

/** One line on stderr that tells how far the reading is; only on a terminal. */
export interface ReadingProgress {
  show(progress: CaptureProgress): void;
  clear(): Promise<void>;
}

/** `totalBytes` null: not known (a pipe, a compressed file), so no time left is told. */
export function showReading(stderr: OutputStream, totalBytes: number | null): ReadingProgress {
  if (stderr.isTTY !== true) return { show() {}, clear: async () => {} };
  const startedAt = performance.now();
  let shownAt = startedAt;
  return {
    show(progress) {
      const now = performance.now();
      if (now - shownAt < everyMs) return;
      shownAt = now;
      void write(stderr, clearLine + progressText(progress, now - startedAt, totalBytes));
    },
    async clear() {
      await write(stderr, clearLine);
    },
  };
}

/** `412 MB of 1,000 MB read, 1,300,000 packets, 480 MB/s, 2 s left`. */
export function progressText(
  { bytes, packets }: CaptureProgress,
  elapsed: number,
  totalBytes: number | null,
): string {
  const rate = bytes / Math.max(1, elapsed);
  const of = totalBytes === null ? '' : ` of ${megabytes(totalBytes)}`;
  const left = totalBytes === null ? null : Math.max(0, totalBytes - bytes) / Math.max(1, rate);
  const parts = [
    `${megabytes(bytes)}${of} read`,
    `${formatCount(packets)} packets`,
    `${megabytes(rate * 1000)}/s`,
    ...(left === null ? [] : [`${formatDuration(left)} left`]),
  ];
  return parts.join(', ');
}

/** Bytes of all files together; null if that does not say how much there is to read. */
export async function totalBytesOf(files: readonly string[]): Promise<number | null> {
  const sizes = await Promise.all(files.map(sizeOf));
  return sizes.reduce<number | null>(
    (sum, size) => (sum === null || size === null ? null : sum + size),
    0,
  );
}

async function sizeOf(file: string): Promise<number | null> {
  if (file === '-' || file.endsWith('.gz')) return null;
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null; // the reader says what is wrong with it
  }
}

function megabytes(bytes: number): string {
  return `${formatCount(Math.round(bytes / 1e6))} MB`;
}
