import { formatDuration } from '../terminal/format.ts';
import { pause } from '../terminal/interrupt.ts';
import type { OutputStream } from '../terminal/io.ts';
import { clearLine, write } from '../terminal/write.ts';

const step = 1000;

/** Waits `ms`; on a terminal, stderr counts down, and the line is gone afterwards, interrupted or not. */
export async function watchFor(
  ms: number,
  stderr: OutputStream,
  signal: AbortSignal,
): Promise<void> {
  if (stderr.isTTY !== true) return pause(ms, signal);
  const endsAt = performance.now() + ms;
  try {
    for (let left = ms; left > 0; left = endsAt - performance.now()) {
      await write(
        stderr,
        `${clearLine}watching ${formatDuration(ms)}: ${formatDuration(left)} left`,
      );
      await pause(Math.min(left, step), signal);
    }
  } finally {
    await write(stderr, clearLine);
  }
}
