import type { Missing, SocketRow, SocketTable, TracedProcess, TraceTable } from '@farewell/core';

/** What was seen between two looks. */
export interface Recorded {
  readonly trace: TraceTable | null;
  /** Why there is no trace, or why there is less. */
  readonly missing: readonly Missing[];
  /** The process that made a TIME-WAIT of the last look, where its making was seen. */
  readonly makers: ReadonlyMap<SocketRow, TracedProcess>;
}

/** Something that records until it is finished or disposed of, and leaves nothing behind. */
export interface Recording extends AsyncDisposable {
  /** Ends it with the last look, and gives what was seen. Never rejects: what broke off is `missing`. */
  finish(last: SocketTable): Promise<Recorded>;
}

/** Nothing of what was to be recorded is known. */
export function nothingRecorded(missing: readonly Missing[]): Recorded {
  return { trace: null, missing, makers: new Map() };
}

/** The kernel trace broke off, or never began. */
export function untraced(error: unknown): Missing {
  const message = error instanceof Error ? error.message : String(error);
  const why = message.replace(/^The kernel trace/, 'kernel trace');
  return { fact: 'kernel-trace', why: `${why}. It would show ${shows}` };
}

const shows =
  'who closes first and how often, who sends RST and why, and which process made each TIME-WAIT';
