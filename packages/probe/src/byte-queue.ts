/** Bytes that came in and are not used yet. Appending costs amortised constant time a byte. */
export class ByteQueue {
  #buffer = new Uint8Array(1024);
  #start = 0;
  #end = 0;

  /** The bytes that wait, as a view that is valid until the next `push`. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  push(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.#start = Math.min(this.#start + count, this.#end);
  }

  #makeRoom(extra: number): void {
    const waiting = this.bytes;
    const size = Math.max(this.#buffer.length, 2 * (waiting.length + extra));
    const buffer = new Uint8Array(size);
    buffer.set(waiting);
    this.#buffer = buffer;
    this.#end = waiting.length;
    this.#start = 0;
  }
}
