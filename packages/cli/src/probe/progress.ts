import type { OutputStream } from '../terminal/io.ts';
import { clearLine, write } from '../terminal/write.ts';

/** On a terminal one line on stderr that tells how far a run is. */
export class ProbeProgress {
  readonly #stderr: OutputStream;
  readonly #left: Set<string>;
  readonly #total: number;

  constructor(ids: readonly string[], stderr: OutputStream) {
    this.#left = new Set(ids);
    this.#total = ids.length;
    this.#stderr = stderr;
    this.#show();
  }

  done(id: string): void {
    this.#left.delete(id);
    this.#show();
  }

  /** Takes the line away. */
  async clear(): Promise<void> {
    if (this.#stderr.isTTY === true) await write(this.#stderr, clearLine);
  }

  #show(): void {
    if (this.#stderr.isTTY !== true) return;
    const [first] = this.#left;
    const waiting = first === undefined ? '' : `, waiting for ${first}`;
    const text = `${this.#total - this.#left.size} of ${this.#total} checks done${waiting}`;
    void write(this.#stderr, `${clearLine}${text.slice(0, 78)}`);
  }
}
