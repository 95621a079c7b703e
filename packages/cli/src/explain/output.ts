import type { CapturesSummary } from '@farewell/evidence';
import type { ExitStatus } from '../exit-status.ts';
import type { Explained } from './explained.ts';

/** A way to give the answer: connections come in the order in which they are over. */
export interface Output {
  /** Of what `connection` gives; `latin1`: a character for each byte that is to be written. */
  readonly encoding: 'utf8' | 'latin1';
  /** Text to be written at once; empty: nothing yet. */
  connection(explained: Explained): string;
  /** The rest of the answer, when everything has been read. */
  end(captures: CapturesSummary, status: ExitStatus): Promise<string>;
}
