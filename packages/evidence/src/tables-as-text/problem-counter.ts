import type { Problem } from '@farewell/core';

const LONGEST_EXAMPLE = 120;

/**
 * Counts what made no sense in foreign text: one entry for each kind, with the first example. Kinds are
 * sentences of ours, so their number is small however long the input is.
 */
export class ProblemCounter {
  readonly #seen = new Map<string, { count: number; example: string }>();

  /** `example` is foreign text: it is cut to 120 characters and loses its control characters. */
  add(what: string, example: string): void {
    const known = this.#seen.get(what);
    if (known === undefined) this.#seen.set(what, { count: 1, example: printable(example) });
    else known.count += 1;
  }

  /** All kinds in the order in which they were first seen. */
  problems(): readonly Problem[] {
    return [...this.#seen].map(([what, { count, example }]) => ({ what, count, example }));
  }
}

/** Foreign text made fit to print: one line, no escape sequences, at most 120 characters. */
export function printable(text: string): string {
  const cut = text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}…` : text;
  return cut
    .replaceAll('\t', ' ')
    .replaceAll(/\p{Cc}/gu, '\u{FFFD}')
    .trim();
}
