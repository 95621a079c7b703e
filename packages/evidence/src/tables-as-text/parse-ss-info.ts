/**
 * The part of `ss -i` that becomes a TcpInfo. ss leaves out whatever is zero, so that a field that is not
 * there is 0 where this ss and this kernel would print it, and unknown where they are too old. Which it is
 * shows in the table itself: whoever prints a newer field anywhere prints the older ones too.
 */
import type { TcpInfo } from '@farewell/core';
import { decimalAt } from './fields.ts';
import type { Draft } from './table-parser.ts';

/** A token of the info. */
export interface SsInfoField {
  /** Null: every full socket has it (`cwnd`), and nothing more is wanted of it. */
  readonly key: keyof TcpInfo | null;
  /**
   * Which fields came together, in the order of the kernels that have them. 0: every kernel; 1: 4.1;
   * 2: 4.10; 3: 4.19; 4: 5.4, and an ss newer than 5.9. -1: nothing follows from its absence (an RTO of
   * 3 s is left out as well).
   */
  readonly generation: number;
}

const FIELDS: ReadonlyMap<string, SsInfoField> = new Map<string, SsInfoField>([
  ['cwnd', { key: null, generation: -1 }],
  ['rtt', { key: 'rtt', generation: -1 }],
  ['rto', { key: 'rto', generation: -1 }],
  ['lastsnd', { key: 'lastDataSent', generation: 0 }],
  ['lastrcv', { key: 'lastDataReceived', generation: 0 }],
  ['lastack', { key: 'lastAckReceived', generation: 0 }],
  ['unacked', { key: 'unackedSegments', generation: 0 }],
  ['retrans', { key: 'retransmitsTotal', generation: 0 }],
  ['bytes_acked', { key: 'bytesAcked', generation: 1 }],
  ['bytes_received', { key: 'bytesReceived', generation: 1 }],
  ['notsent', { key: 'notSentBytes', generation: 2 }],
  ['rwnd_limited', { key: 'rwndLimited', generation: 2 }],
  ['bytes_sent', { key: 'bytesSent', generation: 3 }],
  ['snd_wnd', { key: 'sendWindowBytes', generation: 4 }],
]);

/** The field of the token `name:value`, or undefined if it is not one of the info that matters. */
export function ssInfoField(name: string): SsInfoField | undefined {
  return FIELDS.get(name);
}

/** Reads the info of all sockets of one table. */
export class SsInfoReader {
  readonly #text: string;
  readonly #infos: Draft<TcpInfo>[] = [];
  #generation = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the table has any. */
  get seen(): boolean {
    return this.#infos.length > 0;
  }

  /** An info that says nothing yet. */
  start(): Draft<TcpInfo> {
    const info: Draft<TcpInfo> = { ...NOTHING_KNOWN };
    this.#infos.push(info);
    return info;
  }

  /** The value `text.slice(from, to)` of a field. False if it makes no sense. */
  read(info: Draft<TcpInfo>, field: SsInfoField, [from, to]: readonly [number, number]): boolean {
    if (field.key === null) return true;
    const value = this.#value(field.key, from, to);
    if (value === null) return false;
    info[field.key] = value;
    if (field.generation > this.#generation) this.#generation = field.generation;
    return true;
  }

  /** Once the table is read: what was left out as zero becomes zero, but not in `cut`. */
  fillZeros(cut: TcpInfo | null): void {
    const printed = [...FIELDS.values()].flatMap(({ key, generation }) =>
      key !== null && generation >= 0 && generation <= this.#generation ? [key] : [],
    );
    for (const info of this.#infos) {
      if (info === cut) continue;
      for (const key of printed) info[key] ??= 0;
    }
  }

  /** `23`, `0.5/0.25` (the first), `1/6` of `retrans` (the total), `120ms(3.4%)`. */
  #value(key: keyof TcpInfo, from: number, to: number): number | null {
    let start = from;
    let end = to;
    for (let at = from; at < to; at += 1) {
      const char = this.#text[at];
      if (char === '/' && key === 'retransmitsTotal') start = at + 1;
      else if (char === '/' || char === 'm') {
        end = at;
        break;
      }
    }
    return decimalAt(this.#text, start, end) ?? fractional(this.#text.slice(start, end));
  }
}

/** As C's `%g` prints it. */
function fractional(text: string): number | null {
  return /^\d{1,12}(?:\.\d{1,12})?(?:e[+-]\d{1,2})?$/.test(text) ? Number(text) : null;
}

const NOTHING_KNOWN: TcpInfo = {
  rtt: null,
  rto: null,
  lastDataSent: null,
  lastDataReceived: null,
  lastAckReceived: null,
  unackedSegments: null,
  retransmitsTotal: null,
  bytesSent: null,
  bytesAcked: null,
  bytesReceived: null,
  notSentBytes: null,
  sendWindowBytes: null,
  rwndLimited: null,
};
