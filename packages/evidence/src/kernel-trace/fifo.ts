/**
 * First in, first out, in constant time. A Set would do the same, but skips the holes of deleted entries
 * each time its first one is looked for.
 */
export class Fifo<T> implements Iterable<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The oldest, which stays; undefined: empty. */
  first(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes out the oldest. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head < this.#items.length) this.#head += 1;
    if (this.#head > COMPACT_FROM && this.#head > this.#items.length / 2) this.#compact();
    return item;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#items.length; index += 1) {
      yield this.#items[index] as T;
    }
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}

const COMPACT_FROM = 1_024;
