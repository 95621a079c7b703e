const MAX_TEXTS = 4096;
const MAX_BYTES = 256;

interface Text {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Gives a text for its number. */
export interface TextsByNumber {
  text(number: number): string;
}

/**
 * Short texts by number, so that a connection needs one word for a subprotocol or a reason that
 * thousands of others have too, and no text is made twice. Bounded: past 4096 different ones every
 * new one is number 1, which says so.
 */
export class Texts implements TextsByNumber {
  readonly #texts: Text[] = [
    { bytes: new Uint8Array(0), text: '' },
    { bytes: new Uint8Array(0), text: '(not kept: too many different texts in this capture)' },
  ];
  /** Hash of the bytes -> number. Of texts with the same hash only the first is found again. */
  readonly #byHash = new Map<number, number>();

  /** The number of the text whose UTF-8 bytes lie between `start` and `end`; past 256 bytes it is cut. */
  number(bytes: Uint8Array, start: number, end: number): number {
    if (end <= start) return 0;
    const cut = Math.min(end, start + MAX_BYTES);
    const hash = hashBytes(bytes, start, cut);
    const known = this.#byHash.get(hash);
    const text = known === undefined ? undefined : this.#texts[known];
    if (
      known !== undefined &&
      text?.bytes.length === cut - start &&
      isAt(bytes, start, text.bytes)
    ) {
      return known;
    }
    if (this.#texts.length >= MAX_TEXTS) return 1;
    const kept = bytes.slice(start, cut);
    this.#texts.push({ bytes: kept, text: new TextDecoder().decode(kept) });
    if (known === undefined) this.#byHash.set(hash, this.#texts.length - 1);
    return this.#texts.length - 1;
  }

  text(number: number): string {
    return this.#texts[number]?.text ?? '';
  }

  /** Those with the number `first` and higher ones, in order. */
  from(first: number): readonly string[] {
    return this.#texts.slice(first).map(({ text }) => text);
  }
}

/** FNV-1a. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash;
}

/** The same of a text whose characters are bytes. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash;
}

function isAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[start + index] !== wanted[index]) return false;
  }
  return true;
}
