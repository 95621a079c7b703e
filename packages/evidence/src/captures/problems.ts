import type { Problem } from '@farewell/core';

/** So that a hostile capture cannot make the list itself grow without bound. */
const MAX_KINDS = 100;

/** Counts what made no sense in foreign input, with the first example of each kind. */
export class Problems {
  readonly #kinds = new Map<string, { count: number; example: string }>();

  add(what: string, example: string, count = 1): void {
    const kind = this.#kinds.get(what);
    if (kind !== undefined) kind.count += count;
    else if (this.#kinds.size < MAX_KINDS) this.#kinds.set(what, { count, example });
  }

  list(): readonly Problem[] {
    return [...this.#kinds].map(([what, { count, example }]) => ({ what, count, example }));
  }
}
