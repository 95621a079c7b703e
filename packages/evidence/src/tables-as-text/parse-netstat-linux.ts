/**
 * `netstat -tan` of Linux's net-tools and of BusyBox, with whatever of -e, -p, -o follows the state:
 *
 *   Proto Recv-Q Send-Q Local Foreign State [User Inode] [PID/Program name] [Timer]
 *
 * net-tools writes `tcp6` for IPv6 and cuts long addresses to 23 columns; BusyBox writes `tcp` for both.
 */
import type { Missing, SocketRow, TcpTimer, TcpTimerKind } from '@farewell/core';
import { type Endpoint, EndpointTexts, familyOf } from './endpoint-texts.ts';
import { Fields } from './fields.ts';
import { missingInNetstat } from './missing-facts.ts';
import { CUT_ADDRESS, netstatColumns, netstatRow } from './netstat-row.ts';
import { type Draft, NO_TIMER, type TableContext, type TableParser } from './table-parser.ts';

const COLUMN_WIDTH = 23;

/** Characters behind the state that are looked at. */
const LONGEST_REST = 300;

const TIMER_KINDS: ReadonlyMap<string, TcpTimerKind> = new Map([
  ['off', 'none'],
  ['on', 'retransmit'],
  ['keepalive', 'keepalive'],
  ['timewait', 'time-wait'],
  ['probe', 'probe'],
]);

/** `12369/nginx: master p` is at most 20 characters in net-tools; two blanks or a timer end it. */
const PROCESS = /^(\d{1,10})\/(\S+(?: \S+){0,8}?)(?= {2}|\s*$| \w+ \(\d)/;
const USER_AND_INODE = /^(\S{1,32}) +(\d{1,16})(?: |$)/;
const TIMER = /(?:^| )([a-z]{2,9}) \((\d{1,9}(?:\.\d{1,3})?)\/(\d{1,9})\/(\d{1,9})\)\s*$/;

export class NetstatLinuxParser implements TableParser {
  readonly source = 'netstat-linux';
  readonly #context: TableContext;
  readonly #fields: Fields;
  readonly #endpoints: EndpointTexts;
  readonly #rows: SocketRow[] = [];
  readonly #seen = { timers: false, inodes: false };
  #begun = false;

  constructor(context: TableContext) {
    this.#context = context;
    this.#fields = new Fields(context.text);
    this.#endpoints = new EndpointTexts(context.text, ':');
  }

  begin(): boolean {
    if (this.#begun) return false;
    this.#begun = true;
    return true;
  }

  take(from: number, to: number): boolean {
    const fields = this.#fields.split(from, to, 6);
    if (fields.count === 0) return true;
    if (!fields.is(0, 'tcp') && !fields.is(0, 'tcp6')) return isOtherProtocol(fields.text(0));
    const columns = netstatColumns(this.#context.text, fields, this.#endpoints);
    if (columns === 'not a row') return false;
    this.#begun = true;
    if (typeof columns === 'string') {
      this.#context.problems.add(columns, this.#context.text.slice(from, to));
      return true;
    }
    const { local, remote } = columns;
    const family = fields.is(0, 'tcp6') ? 6 : familyOf(local.host.kind, remote.host.kind);
    const row = netstatRow(columns, family);
    this.#rows.push(row);
    this.#noticeCut(local, 3);
    this.#noticeCut(remote, 4);
    const end = Math.min(to, fields.end(5) + LONGEST_REST);
    this.#readRest(row, this.#context.text.slice(fields.end(5), end).trim());
    return true;
  }

  finish(): { rows: readonly SocketRow[]; missing: readonly Missing[] } {
    return { rows: this.#rows, missing: missingInNetstat(this.#rows, this.#seen) };
  }

  #readRest(row: Draft<SocketRow>, text: string): void {
    if (text === '') return;
    const timer = TIMER.exec(text);
    if (timer !== null) {
      this.#seen.timers = true;
      row.timer = timerOf(timer);
    }
    const identity = USER_AND_INODE.exec(text);
    if (identity !== null && !identity[1]?.includes('/')) {
      this.#seen.inodes = true;
      row.uid = /^\d+$/.test(identity[1] ?? '') ? Number(identity[1]) : null;
      row.inode = Number(identity[2]);
    }
    const process = PROCESS.exec(identity === null ? text : text.slice(identity[0].length).trim());
    if (process === null) return;
    const pid = this.#context.owners.process(Number(process[1]), (process[2] ?? '').trim());
    this.#context.owners.hold(row, [pid]);
  }

  #noticeCut({ host }: Endpoint, field: number): void {
    const fills = host.kind === 'ipv6' && host.bare && this.#fields.length(field) === COLUMN_WIDTH;
    if (host.kind === 'cut' || fills)
      this.#context.problems.add(CUT_ADDRESS, this.#fields.text(field));
  }
}

function isOtherProtocol(word: string): boolean {
  return /^(?:udp(?:lite)?|raw|sctp|dccp|icm?p?|l2cap|rfcomm|unix)6?$/.test(word);
}

/** `keepalive (7191.54/0/0)`: seconds left, retransmissions, probes. */
function timerOf([
  ,
  name = '',
  seconds = '',
  retransmits,
  probes,
]: RegExpExecArray): TcpTimer | null {
  const kind = TIMER_KINDS.get(name);
  if (kind === undefined) return null;
  if (kind === 'none') return NO_TIMER;
  const tries = Number(kind === 'keepalive' || kind === 'probe' ? probes : retransmits);
  return { kind, expiresIn: Math.round(Number(seconds) * 1000), tries };
}
