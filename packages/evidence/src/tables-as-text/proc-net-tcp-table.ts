import type { Missing, SocketRow } from '@farewell/core';
import { missingInProcNetTcp } from './missing-facts.ts';
import { ProcNetTcpReader } from './parse-proc-net-tcp.ts';
import type { TableContext, TableParser } from './table-parser.ts';
import { withoutRepeats } from './without-repeats.ts';

/**
 * One table of /proc/net/tcp and /proc/net/tcp6 together, as `cat` of both gives it: the second header
 * does not begin another table, unless its family has been there already.
 */
export class ProcNetTcpTable implements TableParser {
  readonly source = 'proc-net-tcp';
  readonly #context: TableContext;
  readonly #reader: ProcNetTcpReader;
  readonly #rows: SocketRow[] = [];
  readonly #headers = new Set<4 | 6>();
  readonly #families = new Set<4 | 6>();

  constructor(context: TableContext) {
    this.#context = context;
    this.#reader = new ProcNetTcpReader(context.text);
  }

  begin(title: string): boolean {
    // tcp_seq_show and tcp6_seq_show name the second column differently.
    const family = title.includes('remote_address') ? 6 : 4;
    if (this.#headers.has(family)) return false;
    this.#headers.add(family);
    this.#families.add(family);
    return true;
  }

  take(from: number, to: number): boolean {
    const row = this.#reader.row(from, to);
    if (typeof row === 'object') {
      this.#rows.push(row);
      this.#families.add(row.family);
      return true;
    }
    if (row === 'empty') return true;
    if (row === 'header' || row === 'not a row of /proc/net/tcp') return false;
    this.#context.problems.add(row, this.#context.text.slice(from, to));
    return true;
  }

  finish(): { rows: readonly SocketRow[]; missing: readonly Missing[] } {
    const rows = withoutRepeats(this.#rows, this.#context.problems);
    return { rows, missing: missingInProcNetTcp(this.#families) };
  }
}
