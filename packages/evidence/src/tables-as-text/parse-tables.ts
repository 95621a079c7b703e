/**
 * Finds the tables in a text: which formats, how many snapshots, and what stands between them. A line goes
 * to the table that is open; one that it does not know may title the columns of a table, say the time,
 * be a setting or a counter, or begin a table without a title.
 */
import type { Counters, Owners, SocketTable, TcpSettings } from '@farewell/core';
import { CounterLines } from './counter-lines.ts';
import { Fields } from './fields.ts';
import { OwnersBuilder } from './owners-builder.ts';
import { NetstatBsdParser } from './parse-netstat-bsd.ts';
import { NetstatLinuxParser } from './parse-netstat-linux.ts';
import { SsParser } from './parse-ss.ts';
import { parseTimeLine } from './parse-time-line.ts';
import { isPassingLine } from './passing-lines.ts';
import { ProblemCounter, printable } from './problem-counter.ts';
import { ProcNetTcpTable } from './proc-net-tcp-table.ts';
import { SettingsLines } from './settings-lines.ts';
import type { TableContext, TableParser } from './table-parser.ts';

/** All that a text said. `counters` without a time have null for it. */
export interface ParsedTables {
  /** In the order of the text. */
  readonly tables: readonly SocketTable[];
  readonly owners: Owners | null;
  readonly settings: TcpSettings | null;
  readonly counters: readonly (Omit<Counters, 'at'> & { readonly at: number | null })[];
  /** The first line that is not empty, made printable; '' if there is none. */
  readonly firstLine: string;
  /** Whether a title was one that only macOS prints. */
  readonly macos: boolean;
}

/** Pure and total. `text` has no carriage returns and no escape sequences (`cleanText`). */
export function parseTables(text: string): ParsedTables {
  const reader = new TextReader(text);
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    reader.line(from, to);
    from = to + 1;
  }
  return reader.finish();
}

type Format = 'proc' | 'ss' | 'netstat-linux' | 'netstat-bsd';

const PARSERS: Readonly<Record<Format, new (context: TableContext) => TableParser>> = {
  proc: ProcNetTcpTable,
  ss: SsParser,
  'netstat-linux': NetstatLinuxParser,
  'netstat-bsd': NetstatBsdParser,
};

/** A table that is being read, with the time that was given before it. */
interface OpenTable {
  readonly format: Format;
  readonly parser: TableParser;
  readonly problems: ProblemCounter;
  readonly at: number | null;
}

/** Lines longer than this are of no table's title, time or setting. */
const LONGEST_PLAIN_LINE = 4096;

/** How much of a line is looked at to tell what it is, and shown if it is nothing. */
const LONGEST_START = 400;

class TextReader {
  readonly #text: string;
  readonly #fields: Fields;
  readonly #owners = new OwnersBuilder();
  readonly #settings = new SettingsLines();
  readonly #tables: SocketTable[] = [];
  readonly #counters: (Omit<Counters, 'at'> & { readonly at: number | null })[] = [];
  /** Lines that made no sense since the last table, or before the first. */
  #stray = new ProblemCounter();
  #counterLines = new CounterLines();
  #open: OpenTable | null = null;
  #at: number | null = null;
  /** Formats of which a table has had the time `#at` already. */
  #timed = new Set<Format>();
  /** In a section of netstat that lists other sockets than TCP's. */
  #elsewhere = false;
  #firstLine = '';
  #macos = false;

  constructor(text: string) {
    this.#text = text;
    this.#fields = new Fields(text);
  }

  line(from: number, to: number): void {
    if (this.#open !== null && !this.#elsewhere && this.#open.parser.take(from, to)) return;
    if (this.#fields.split(from, to, 2).count === 0) return;
    if (this.#firstLine === '') this.#firstLine = printable(this.#start(from, to));
    const start = this.#fields.start(0);
    if (to - start <= LONGEST_PLAIN_LINE && this.#plainLine(this.#text.slice(start, to).trimEnd()))
      return;
    if (this.#untitledRow(from, to) || this.#elsewhere) return;
    (this.#open?.problems ?? this.#stray).add('a line of no table', this.#start(from, to));
  }

  finish(): ParsedTables {
    this.#close();
    this.#endMoment();
    return {
      tables: this.#tables,
      owners: this.#owners.owners(),
      settings: this.#settings.settings(),
      counters: this.#counters,
      firstLine: this.#firstLine,
      macos: this.#macos,
    };
  }

  /** A title, a time, a setting, a counter or something in passing. `line` has no blanks around it. */
  #plainLine(line: string): boolean {
    const format = formatOfTitle(line);
    if (format !== null) return this.#title(format, line);
    if (/^(?:Active |Registered kernel|Proto RefCnt|Address +Type)/.test(line))
      return this.#section(line);
    const at = parseTimeLine(line);
    if (at !== null) return this.#time(at);
    return this.#settings.take(line) || this.#counterLines.take(line) || isPassingLine(line);
  }

  #title(format: Format, line: string): true {
    this.#elsewhere = false;
    // FreeBSD has one blank before "Local Address", macOS two.
    if (format === 'netstat-bsd' && line.includes('Send-Q  Local')) this.#macos = true;
    if (this.#open?.format === format && this.#open.parser.begin(line)) return true;
    this.#close();
    this.#open = this.#begin(format);
    this.#open.parser.begin(line);
    return true;
  }

  #section(line: string): true {
    this.#elsewhere = !line.startsWith('Active Internet');
    return true;
  }

  #time(at: number): true {
    this.#close();
    this.#endMoment();
    this.#at = at;
    this.#elsewhere = false;
    return true;
  }

  /** A row without a title above it, or of another format than the table that is open. */
  #untitledRow(from: number, to: number): boolean {
    const format = formatOfRow(this.#start(from, to));
    if (format === null || (format === this.#open?.format && !this.#elsewhere)) return false;
    this.#close();
    this.#elsewhere = false;
    this.#open = this.#begin(format);
    return this.#open.parser.take(from, to);
  }

  /** The beginning of a line, without blanks before it. */
  #start(from: number, to: number): string {
    return this.#text.slice(from, Math.min(to, from + LONGEST_START)).trimStart();
  }

  #begin(format: Format): OpenTable {
    const problems = this.#stray;
    this.#stray = new ProblemCounter();
    const parser = new PARSERS[format]({ text: this.#text, problems, owners: this.#owners });
    return { format, parser, problems, at: this.#timeFor(format) };
  }

  /** A second table of one format after one time was taken later, nobody knows when. */
  #timeFor(format: Format): number | null {
    if (this.#timed.has(format)) return null;
    this.#timed.add(format);
    return this.#at;
  }

  #close(): void {
    if (this.#open === null) return;
    const { parser, problems, at } = this.#open;
    const { rows, missing } = parser.finish();
    this.#tables.push({ source: parser.source, at, rows, problems: problems.problems(), missing });
    this.#open = null;
  }

  #endMoment(): void {
    const counters = this.#counterLines.counters();
    if (counters !== null) this.#counters.push({ ...counters, at: this.#at });
    this.#counterLines = new CounterLines();
    this.#timed = new Set();
  }
}

function formatOfTitle(line: string): Format | null {
  if (/^sl\s+local_address\s/.test(line)) return 'proc';
  if (/^(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s/.test(line)) return 'ss';
  if (!/^Proto\s+Recv-Q\s+Send-Q\s/.test(line)) return null;
  return line.includes('(state)') ? 'netstat-bsd' : 'netstat-linux';
}

function formatOfRow(line: string): Format | null {
  if (/^\d{1,9}: [\dA-F]{8}/.test(line)) return 'proc';
  if (SS_ROW.test(line)) return 'ss';
  if (!/^tcp\d{0,2}\s{1,20}\d{1,10}\s{1,20}\d{1,10}\s/.test(line)) return null;
  return /^(?:\S{1,9}\s{1,20}){3}\S{1,64}:(?:\d{1,5}|\*)\s/.test(line)
    ? 'netstat-linux'
    : 'netstat-bsd';
}

const SS_ROW =
  /^(?:tcp\s{1,9})?(?:ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-[12]|TIME-WAIT|UNCONN|CLOSE-WAIT|LAST-ACK|LISTEN|CLOSING)\s{1,20}\d{1,10}\s{1,20}\d{1,10}\s/;
