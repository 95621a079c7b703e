/**
 * /proc/net/tcp and /proc/net/tcp6: one line for each socket, fields separated by blanks.
 *
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 ...
 *
 * The line number `sl` grows past its four columns at 10000, so offsets are never fixed. Times are
 * jiffies of USER_HZ, 100 a second on every Linux. The 32-bit words of an address are printed as the
 * host keeps them: this parser reads those of little-endian hosts (x86, ARM, RISC-V, ppc64le). The text
 * does not say which it is; of a big-endian host (s390x) every address would come out reversed.
 */
import {
  linuxTcpStates,
  type Problem,
  type SocketRow,
  type TcpTimer,
  type TcpTimerKind,
} from '@farewell/core';
import { Fields, hexAt } from './fields.ts';
import { ipv4Text, ipv6Text } from './ip-text.ts';
import { ProblemCounter } from './problem-counter.ts';
import { withoutRepeats } from './without-repeats.ts';

/** Milliseconds a jiffy, as user space is told (USER_HZ = 100). */
const JIFFY = 10;

/** A row's last field that matters is the inode; one more must follow, or the inode may be cut. */
const FEWEST_FIELDS = 11;

/** Field `tr`. Kernels print 1 for retransmission, its early variants, and a handshake's SYN-ACK. */
const TIMER_KINDS: readonly TcpTimerKind[] = [
  'none',
  'retransmit',
  'keepalive',
  'time-wait',
  'probe',
];

const NO_TIMER: TcpTimer = Object.freeze({ kind: 'none', expiresIn: 0, tries: 0 });

/** What came out of a text: rows in its order, and what made no sense, counted. */
export interface ParsedRows {
  readonly rows: SocketRow[];
  readonly problems: readonly Problem[];
}

/**
 * Rows of the text of /proc/net/tcp (`family` 4) or /proc/net/tcp6 (`family` 6). Headers and empty lines
 * are passed over; a line that is no row of that family, or is cut, is a counted problem. Never throws.
 */
export function parseProcNetTcp(text: string, family: 4 | 6): ParsedRows {
  const reader = new ProcNetTcpReader(text);
  const problems = new ProblemCounter();
  const rows: SocketRow[] = [];
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const row = reader.row(from, to);
    if (typeof row === 'object' && row.family === family) rows.push(row);
    else if (typeof row === 'object')
      problems.add(`a row that is not IPv${family}`, text.slice(from, to));
    else if (row !== 'header' && row !== 'empty') problems.add(row, text.slice(from, to));
    from = to + 1;
  }
  return { rows: withoutRepeats(rows, problems), problems: problems.problems() };
}

/** A line that is not a row: passed over, or one of the ways in which it makes no sense. */
export type NotARow =
  | 'header'
  | 'empty'
  | 'not a row of /proc/net/tcp'
  | 'a row of /proc/net/tcp that is cut'
  | 'a row of /proc/net/tcp with a field that makes no sense';

/** Reads single lines of one text; keeps the addresses seen, which repeat a lot. */
export class ProcNetTcpReader {
  readonly #text: string;
  readonly #fields: Fields;
  readonly #ipv4 = new Map<number, string>();
  readonly #ipv6 = new Map<string, string>();

  constructor(text: string) {
    this.#text = text;
    this.#fields = new Fields(text);
  }

  /** The socket of the line `text.slice(from, to)`; its family follows from the width of its addresses. */
  row(from: number, to: number): SocketRow | NotARow {
    const fields = this.#fields.split(from, to);
    if (fields.count === 0) return 'empty';
    if (fields.text(0) === 'sl') return 'header';
    if (this.#text[fields.end(0) - 1] !== ':') return 'not a row of /proc/net/tcp';
    if (fields.count < FEWEST_FIELDS) return 'a row of /proc/net/tcp that is cut';
    return this.#socket() ?? 'a row of /proc/net/tcp with a field that makes no sense';
  }

  #socket(): SocketRow | null {
    const fields = this.#fields;
    const local = this.#endpoint(1);
    const remote = this.#endpoint(2);
    const tcpState = linuxTcpStates[this.#hex(3, 0, 2) ?? 0] ?? null;
    const timer = this.#timer();
    const inode = fields.decimal(9);
    const uid = fields.decimal(7);
    if (local === null || remote === null || local.family !== remote.family) return null;
    if (tcpState === null || timer === null || inode === null || uid === null) return null;
    return {
      family: local.family,
      tcpState,
      localAddress: local.address,
      localPort: local.port,
      remoteAddress: remote.address,
      remotePort: remote.port,
      receiveQueue: this.#hex(4, 9, 17),
      // A listener's accept queue is under rx_queue; its limit is not in this file.
      sendQueue: tcpState === 'LISTEN' ? null : this.#hex(4, 0, 8),
      timer,
      inode,
      uid,
      cookie: null,
      tcpInfo: null,
    };
  }

  #timer(): TcpTimer | null {
    const number = this.#hex(5, 0, 2);
    const jiffies = this.#hex(5, 3, 11);
    const retransmits = this.#hex(6, 0, 8);
    const kind = TIMER_KINDS[number ?? -1];
    if (kind === undefined || jiffies === null || retransmits === null) return null;
    if (kind === 'none') return NO_TIMER;
    // Unanswered probes, of keep-alive as of a zero window, are counted in the column `timeout`.
    const probes = kind === 'keepalive' || kind === 'probe' ? this.#fields.decimal(8) : null;
    return { kind, expiresIn: jiffies * JIFFY, tries: probes ?? retransmits };
  }

  #endpoint(i: number): { family: 4 | 6; address: string; port: number } | null {
    const width = this.#fields.length(i) - 5;
    if (width !== 8 && width !== 32) return null;
    const port = this.#hex(i, width + 1, width + 5);
    const address = width === 8 ? this.#ipv4At(i) : this.#ipv6At(i);
    if (port === null || address === null) return null;
    return { family: width === 8 ? 4 : 6, address, port };
  }

  #ipv4At(i: number): string | null {
    const word = this.#hex(i, 0, 8);
    if (word === null) return null;
    const known = this.#ipv4.get(word);
    if (known !== undefined) return known;
    const address = ipv4Text(swapBytes(word));
    this.#ipv4.set(word, address);
    return address;
  }

  #ipv6At(i: number): string | null {
    const start = this.#fields.start(i);
    const hex = this.#text.slice(start, start + 32);
    const known = this.#ipv6.get(hex);
    if (known !== undefined) return known;
    const groups: number[] = [];
    for (let word = 0; word < 4; word += 1) {
      const value = hexAt(hex, word * 8, word * 8 + 8);
      if (value === null) return null;
      const swapped = swapBytes(value);
      groups.push(swapped >>> 16, swapped & 0xffff);
    }
    const address = ipv6Text(groups);
    this.#ipv6.set(hex, address);
    return address;
  }

  /** The hexadecimal number in columns `from` to `to` of field `i`, or null. */
  #hex(i: number, from: number, to: number): number | null {
    if (this.#fields.length(i) < to) return null;
    const start = this.#fields.start(i);
    return hexAt(this.#text, start + from, start + to);
  }
}

function swapBytes(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;
}
