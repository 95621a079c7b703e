const MAX_TEXTS = 4096;
const MAX_LENGTH = 256;

/**
 * Short texts by number, so that a connection needs one word for a subprotocol or a reason that
 * thousands of others have too. Bounded: past 4096 different ones the number is that of `overflow`.
 */
export class Texts {
  readonly overflow = '(not kept: too many different texts in this capture)';
  readonly #texts = ['', this.overflow];
  readonly #numbers = new Map([['', 0]]);

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length >= MAX_TEXTS) return 1;
    const kept = text.slice(0, MAX_LENGTH);
    this.#numbers.set(kept, this.#texts.length);
    return this.#texts.push(kept) - 1;
  }

  text(number: number): string {
    return this.#texts[number] ?? '';
  }
}
