import type { CapturesSummary } from '@farewell/evidence';
import type { ExitStatus } from '../exit-status.ts';
import type { Explained } from './explained.ts';

/** A way to give the answer: connections come in the order in which they are over. */
export interface Output {
  /** Text to be written at once; empty: nothing yet. */
  connection(explained: Explained): string;
  /** The rest of the answer, when everything has been read. */
  end(captures: CapturesSummary, status: ExitStatus): Promise<string>;
}
