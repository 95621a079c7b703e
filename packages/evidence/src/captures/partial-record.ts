/** The beginning of a record whose rest comes with the next piece. Grows to the largest record seen. */
export class PartialRecord {
  #memory = new Uint8Array(4096);
  length = 0;

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  /** Adds a copy of `bytes` and returns how many that were. */
  append(bytes: Uint8Array): number {
    const length = this.length + bytes.length;
    if (length > this.#memory.length) {
      const larger = new Uint8Array(Math.max(length, this.#memory.length * 2));
      larger.set(this.bytes);
      this.#memory = larger;
    }
    this.#memory.set(bytes, this.length);
    this.length = length;
    return bytes.length;
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.#memory.copyWithin(0, count, this.length);
    this.length -= count;
  }
}
