import type { SocketRow, TcpInfo, TcpTimer, TcpTimerKind } from '@farewell/core';
import { decimalAt, isBlank } from './fields.ts';
import { SsInfoReader, ssInfoField } from './parse-ss-info.ts';
import { parseSsTime } from './parse-ss-time.ts';
import { parseSsUsers } from './parse-ss-users.ts';
import { type Draft, NO_TIMER, type TableContext } from './table-parser.ts';

const TIMER_KINDS: ReadonlyMap<string, TcpTimerKind> = new Map([
  ['on', 'retransmit'],
  ['keepalive', 'keepalive'],
  ['timewait', 'time-wait'],
  ['persist', 'probe'],
]);

const COLON = 0x3a;
const OPEN = 0x28;

/**
 * Lengths of the keys that matter, from `sk` to `bytes_received`, as bits: most tokens are passed over by
 * their key's length alone.
 */
const KEY_LENGTHS = [2, 3, 4, 5, 7, 10, 11, 12, 14].reduce(
  (bits, length) => bits | (1 << length),
  0,
);
const LONGEST_KEY = 14;

/**
 * Reads what ss prints behind the two addresses, and on a socket's second line: `key:value` tokens, in
 * whatever order, of which the unknown ones are passed over.
 */
export class SsDetailsReader {
  readonly #context: TableContext;
  readonly #info: SsInfoReader;
  /** Whether the table prints timers, inodes, or processes at all. */
  timersSeen = false;
  inodesSeen = false;
  ownersSeen = false;
  readonly #unreadTimers = new Set<Draft<SocketRow>>();

  constructor(context: TableContext) {
    this.#context = context;
    this.#info = new SsInfoReader(context.text);
  }

  get infoSeen(): boolean {
    return this.#info.seen;
  }

  /** The rest of a socket's first line. */
  readRow(row: Draft<SocketRow>, from: number, to: number): void {
    const pids = this.#read(row, from, to);
    if (pids.length > 0) this.#context.owners.hold(row, pids);
  }

  /** A socket's second line. */
  readContinuation(row: Draft<SocketRow>, from: number, to: number): void {
    this.#read(row, from, to);
  }

  /**
   * After the last line of the table: what ss leaves out becomes 0 or "no timer". Nothing follows from
   * what is missing in `cut`, the row with which the text breaks off.
   */
  finish(rows: readonly Draft<SocketRow>[], cut: Draft<SocketRow> | null): void {
    this.#info.fillZeros(cut?.tcpInfo ?? null);
    for (const row of rows) if (row.tcpState === 'SYN-SENT') row.tcpInfo = withoutAges(row.tcpInfo);
    if (!this.timersSeen) return;
    for (const row of rows) {
      if (row !== cut && !this.#unreadTimers.has(row)) row.timer ??= NO_TIMER;
    }
  }

  #read(row: Draft<SocketRow>, from: number, to: number): readonly number[] {
    const text = this.#context.text;
    let pids: readonly number[] = [];
    for (let at = from; at < to; ) {
      while (at < to && isBlank(text.charCodeAt(at))) at += 1;
      const start = at;
      let colon = -1;
      for (; at < to && !isBlank(text.charCodeAt(at)); at += 1) {
        if (colon < 0 && text.charCodeAt(at) === COLON) colon = at;
      }
      const length = colon - start;
      if (length < 0 || length > LONGEST_KEY || (KEY_LENGTHS & (1 << length)) === 0) continue;
      const key = text.slice(start, colon);
      if (key === 'users') {
        at = this.#endOfUsers(colon + 1, at, to);
        pids = this.#users(colon + 1, at);
      } else this.#token(row, key, [colon + 1, at]);
    }
    return pids;
  }

  #token(row: Draft<SocketRow>, key: string, [from, to]: readonly [number, number]): void {
    const sound = this.#readToken(row, key, [from, to]);
    if (!sound) {
      const token = `${key}:${this.#context.text.slice(from, to)}`;
      this.#context.problems.add(`a value of ss's \`${key}\` that makes no sense`, token);
    }
  }

  #readToken(row: Draft<SocketRow>, key: string, value: readonly [number, number]): boolean {
    const text = this.#context.text;
    switch (key) {
      case 'timer':
        row.timer = parseTimer(text.slice(...value));
        this.timersSeen = true;
        if (row.timer === null) this.#unreadTimers.add(row);
        return row.timer !== null;
      case 'uid':
        row.uid = decimalAt(text, ...value);
        return row.uid !== null;
      case 'ino':
        row.inode = decimalAt(text, ...value);
        this.inodesSeen = true;
        return row.inode !== null;
      case 'sk':
        // Printed last of the three, and whatever is 0 is left out before it.
        row.cookie = cookieOf(text.slice(...value));
        row.uid ??= 0;
        row.inode ??= 0;
        return row.cookie !== null;
      default:
        return this.#readInfo(row, key, value);
    }
  }

  #readInfo(row: Draft<SocketRow>, key: string, value: readonly [number, number]): boolean {
    const field = ssInfoField(key);
    // A listener's info holds its accept queue under other names; the row has that already.
    if (field === undefined || row.tcpState === 'LISTEN') return true;
    const info: Draft<TcpInfo> = row.tcpInfo ?? this.#info.start();
    row.tcpInfo = info;
    return this.#info.read(info, field, value);
  }

  /** A process name may hold blanks, so the column ends with `))` and not with the token. */
  #endOfUsers(from: number, endOfToken: number, to: number): number {
    const text = this.#context.text;
    if (text.charCodeAt(from) !== OPEN || text.startsWith('))', endOfToken - 2)) return endOfToken;
    const end = text.slice(from, to).indexOf('))');
    return end < 0 ? to : from + end + 2;
  }

  #users(from: number, to: number): readonly number[] {
    this.ownersSeen = true;
    const users = parseSsUsers(this.#context.text.slice(from, to));
    return users.map(({ pid, name }) => this.#context.owners.process(pid, name));
  }
}

/** `(keepalive,1min30sec,0)`: kind, time left, and retransmissions or probes so far. */
function parseTimer(text: string): TcpTimer | null {
  const match = /^\((\w{1,12}),([\w.]{0,24}),(\d{1,9})\)$/.exec(text);
  const kind = TIMER_KINDS.get(match?.[1] ?? '');
  const expiresIn = parseSsTime(match?.[2] ?? '');
  if (match === null || kind === undefined || expiresIn === null) return null;
  return { kind, expiresIn, tries: Number(match[3]) };
}

/** Of a SYN that was not answered the kernel gives its own uptime for the ages of segments. */
function withoutAges(info: TcpInfo | null): TcpInfo | null {
  const ages = { lastDataSent: null, lastDataReceived: null, lastAckReceived: null };
  return info === null ? null : { ...info, ...ages };
}

/** The socket's cookie, in hexadecimal as ss prints it. */
function cookieOf(text: string): string | null {
  return /^[\da-f]{1,16}$/.test(text) ? text : null;
}
