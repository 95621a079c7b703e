import type { CapturesSummary } from '@farewell/evidence';
import type { ExitStatus } from '../exit-status.ts';
import type { Explained } from './explained.ts';
import type { KnownShapes } from './known-shapes.ts';

/** A way to give the answer: connections come in the order in which they are over. */
export interface Output {
  /** Where connections are counted that are of a shape which was given before; null: each has to be given. */
  readonly shapes: KnownShapes | null;
  /** Text, or its UTF-8, to be written before the next call; empty: nothing yet. */
  connection(explained: Explained): string | Uint8Array;
  /** The rest of the answer, when everything has been read. */
  end(captures: CapturesSummary, status: ExitStatus): Promise<string>;
}
