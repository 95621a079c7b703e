import type { Missing, SocketRow, TableSource, TcpTimer } from '@farewell/core';
import type { OwnersBuilder } from './owners-builder.ts';
import type { ProblemCounter } from './problem-counter.ts';

/** A row while its lines are still being read. */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the parsers of one table share. */
export interface TableContext {
  /** The whole input; lines are given as offsets into it. */
  readonly text: string;
  readonly problems: ProblemCounter;
  readonly owners: OwnersBuilder;
}

/** Reads the lines of one table in one format. */
export interface TableParser {
  readonly source: TableSource;
  /** True if the line `text.slice(from, to)` belongs to this table: it was read, or counted as a problem. */
  take(from: number, to: number): boolean;
  /**
   * A line that titles the columns. False if this table has begun already, so that a new one begins
   * here. `title`: the line.
   */
  begin(title: string): boolean;
  /** After the last line. */
  finish(): { readonly rows: readonly SocketRow[]; readonly missing: readonly Missing[] };
}

/** No timer runs, which is not the same as a table that prints no timers (null). */
export const NO_TIMER: TcpTimer = Object.freeze({ kind: 'none', expiresIn: 0, tries: 0 });

/** Whether a field that ends here may go on: it is the last thing in a text that breaks off in a line. */
export function isCut(text: string, end: number): boolean {
  return end === text.length;
}
