import type { OutputStream } from '../terminal/io.ts';
import { clearLine, write } from '../terminal/write.ts';

/** One line on stderr that tells how far a run is; only on a terminal. */
export interface Progress {
  show(done: number): void;
  /** Takes the line away, so that an answer can be written in its place. */
  clear(): Promise<void>;
}

/** Progress of `total` scenarios. */
export function showProgress(total: number, stderr: OutputStream): Progress {
  if (stderr.isTTY !== true) return { show() {}, clear: async () => {} };
  return {
    show(done) {
      void write(stderr, `${clearLine}${done} of ${total} scenarios done`);
    },
    async clear() {
      await write(stderr, clearLine);
    },
  };
}
