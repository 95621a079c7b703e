/**
 * `netstat -an -p tcp` of macOS (and of FreeBSD, which prints the same columns): the port follows the
 * address behind a dot, `tcp4`, `tcp6` or `tcp46` (a dual-stack socket) says the family. With -v macOS
 * adds columns, among them the process: `pid`, or from macOS 14 on `process:pid`.
 */
import type { Missing, SocketRow } from '@farewell/core';
import { type Endpoint, EndpointTexts } from './endpoint-texts.ts';
import { Fields } from './fields.ts';
import { missingInBsdNetstat } from './missing-facts.ts';
import { CUT_ADDRESS, netstatColumns, netstatRow } from './netstat-row.ts';
import type { Draft, TableContext, TableParser } from './table-parser.ts';

const COLUMNS_BEFORE_STATE = 5;
const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'tcp4', 'tcp6', 'tcp46']);

export class NetstatBsdParser implements TableParser {
  readonly source = 'netstat-macos';
  readonly #context: TableContext;
  readonly #fields: Fields;
  readonly #endpoints: EndpointTexts;
  readonly #rows: SocketRow[] = [];
  /** Index of the field `pid`, and of the field where `process:pid` begins; -1: not in this table. */
  #pidField = -1;
  #processField = -1;
  #begun = false;

  constructor(context: TableContext) {
    this.#context = context;
    this.#fields = new Fields(context.text);
    this.#endpoints = new EndpointTexts(context.text, '.');
  }

  begin(title: string): boolean {
    if (this.#begun) return false;
    this.#begun = true;
    const [, behindState = ''] = title.split('(state)', 2);
    const columns = behindState.trim().split(/\s+/);
    this.#pidField = fieldOf(columns, 'pid');
    this.#processField = fieldOf(columns, 'process:pid');
    return true;
  }

  take(from: number, to: number): boolean {
    const fields = this.#fields.split(from, to);
    if (fields.count === 0) return true;
    if (!PROTOCOLS.has(fields.text(0))) return isOtherProtocol(fields.text(0));
    const columns = netstatColumns(this.#context.text, fields, this.#endpoints);
    if (columns === 'not a row') return false;
    this.#begun = true;
    if (typeof columns === 'string') {
      this.#context.problems.add(columns, this.#context.text.slice(from, to));
      return true;
    }
    const row = netstatRow(columns, fields.is(0, 'tcp4') || fields.is(0, 'tcp') ? 4 : 6);
    // Accept queues are another option's business (-L).
    if (row.tcpState === 'LISTEN') row.receiveQueue = null;
    this.#rows.push(row);
    this.#noticeCut(columns.local, 3);
    this.#noticeCut(columns.remote, 4);
    this.#readProcess(row, to);
    return true;
  }

  finish(): { rows: readonly SocketRow[]; missing: readonly Missing[] } {
    return { rows: this.#rows, missing: missingInBsdNetstat(this.#rows) };
  }

  #readProcess(row: Draft<SocketRow>, to: number): void {
    if (this.#pidField > 0) this.#hold(row, this.#fields.decimal(this.#pidField), '');
    if (this.#processField < 0 || this.#processField >= this.#fields.count) return;
    // The name may hold blanks: it ends with the first `:PID`.
    const rest = this.#context.text.slice(this.#fields.start(this.#processField), to);
    const match = /^([^:]{0,64}):(\d{1,10})(?= |$)/.exec(rest);
    if (match !== null) this.#hold(row, Number(match[2]), match[1] ?? '');
  }

  #hold(row: SocketRow, pid: number | null, name: string): void {
    if (pid === null || pid === 0) return;
    this.#context.owners.hold(row, [this.#context.owners.process(pid, name)]);
  }

  #noticeCut({ host }: Endpoint, field: number): void {
    if (host.kind === 'cut') this.#context.problems.add(CUT_ADDRESS, this.#fields.text(field));
  }
}

/** Index of a row's field whose column follows the state. */
function fieldOf(columns: readonly string[], name: string): number {
  const index = columns.indexOf(name);
  return index < 0 ? -1 : COLUMNS_BEFORE_STATE + 1 + index;
}

function isOtherProtocol(word: string): boolean {
  return /^(?:udp|udplite|icm|icmp|ip|raw|divert|sctp|mptcp|igmp|pfsync)(?:4|6|46)?$/.test(word);
}
