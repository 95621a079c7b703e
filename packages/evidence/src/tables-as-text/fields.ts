/** How many fields of a line are looked at; the rest of a longer line is left alone. */
const MOST_FIELDS = 32;

const TAB = 0x09;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_A = 0x41;
const UPPER_F = 0x46;
const LOWER_A = 0x61;
const LOWER_F = 0x66;

/**
 * The blank-separated fields of one line of a larger text, as offsets into it: nothing is copied until
 * `text(i)` asks. One instance is used for all lines of a table, so that 100,000 lines cost no garbage.
 */
export class Fields {
  /** How many fields the line has, at most 32. */
  count = 0;
  readonly #source: string;
  readonly #starts = new Int32Array(MOST_FIELDS);
  readonly #ends = new Int32Array(MOST_FIELDS);

  constructor(source: string) {
    this.#source = source;
  }

  /** Splits `source.slice(from, to)` up to its `most`th field; returns itself. */
  split(from: number, to: number, most: number = MOST_FIELDS): this {
    this.count = 0;
    let at = from;
    while (this.count < most) {
      while (at < to && isBlank(this.#source.charCodeAt(at))) at += 1;
      if (at >= to) break;
      this.#starts[this.count] = at;
      while (at < to && !isBlank(this.#source.charCodeAt(at))) at += 1;
      this.#ends[this.count] = at;
      this.count += 1;
    }
    return this;
  }

  /** Offset of field `i` in the source; the line must have it. */
  start(i: number): number {
    return this.#starts[i] ?? 0;
  }

  /** Offset just behind field `i`. */
  end(i: number): number {
    return this.#ends[i] ?? 0;
  }

  length(i: number): number {
    return this.end(i) - this.start(i);
  }

  /** Field `i` as a string; '' if the line has no such field. */
  text(i: number): string {
    return i < this.count ? this.#source.slice(this.start(i), this.end(i)) : '';
  }

  /** Whether field `i` is exactly `word`, without a copy. */
  is(i: number, word: string): boolean {
    return this.length(i) === word.length && this.#source.startsWith(word, this.start(i));
  }

  /** Field `i` as a decimal number, or null if it is not one. */
  decimal(i: number): number | null {
    return i < this.count ? decimalAt(this.#source, this.start(i), this.end(i)) : null;
  }
}

/** The decimal number that is all of `text.slice(from, to)`, or null. Digits only, up to 2^53. */
export function decimalAt(text: string, from: number, to: number): number | null {
  if (from >= to || to - from > 16) return null;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return null;
    value = value * 10 + code - ZERO;
  }
  return Number.isSafeInteger(value) ? value : null;
}

/** The hexadecimal number that is all of `text.slice(from, to)`, at most eight digits, or null. */
export function hexAt(text: string, from: number, to: number): number | null {
  if (from >= to || to - from > 8) return null;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return null;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO;
  if (code >= UPPER_A && code <= UPPER_F) return code - UPPER_A + 10;
  if (code >= LOWER_A && code <= LOWER_F) return code - LOWER_A + 10;
  return -1;
}

/** A space or a tab. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
