const firstBytes = 1 << 13;

/** Puts a line of JSON together from texts and from bytes that are known already. */
export class LineBuffer {
  #memory = Buffer.allocUnsafe(firstBytes);
  #used = 0;

  /** A text with one character for each byte: ASCII, or what `oneCharAByte` makes of another. */
  text(text: string): this {
    this.#reserve(text.length);
    this.#used += this.#memory.write(text, this.#used, 'latin1');
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#memory.set(bytes, this.#used);
    this.#used += bytes.length;
    return this;
  }

  /** All of it, valid until something is added; the next line begins. */
  take(): Uint8Array {
    const line = this.#memory.subarray(0, this.#used);
    this.#used = 0;
    return line;
  }

  #reserve(length: number): void {
    const needed = this.#used + length;
    if (needed <= this.#memory.length) return;
    const larger = Buffer.allocUnsafe(needed * 2);
    larger.set(this.#memory.subarray(0, this.#used));
    this.#memory = larger;
  }
}

/** A text's UTF-8, a character for each byte: much faster to write than the text. */
export function oneCharAByte(text: string): string {
  return Buffer.from(text).toString('latin1');
}
