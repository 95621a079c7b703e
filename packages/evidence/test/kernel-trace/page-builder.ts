import type { PageLayout } from '../../src/kernel-trace/parse-ring-page.ts';

const WORD = 4;
const DELTA_RANGE = 2 ** 27;

/** Builds ring-buffer pages as the kernel would, record by record. */
export class PageBuilder {
  readonly #layout: PageLayout;
  readonly #view: DataView;
  #at: number;

  constructor(layout: PageLayout, time: number) {
    this.#layout = layout;
    this.#view = new DataView(new ArrayBuffer(layout.pageBytes));
    this.#at = layout.dataOffset;
    this.#uint64(0, time);
  }

  /** An event with `data`, `delta` ns after the one before. `long`: with its length in a word of its own. */
  event(data: Uint8Array, { delta = 0, long = false } = {}): this {
    const padded = Math.ceil(data.length / WORD) * WORD;
    if (long || padded > 28 * WORD) this.#word(0, delta).uint32(data.length + WORD);
    else this.#word(padded / WORD, delta);
    new Uint8Array(this.#view.buffer).set(data, this.#at);
    this.#at += padded;
    return this;
  }

  timeExtend(delta: number): this {
    return this.#word(30, delta % DELTA_RANGE).uint32(Math.floor(delta / DELTA_RANGE));
  }

  timeStamp(time: number): this {
    return this.#word(31, time % DELTA_RANGE).uint32(Math.floor(time / DELTA_RANGE));
  }

  /** A discarded event of `words` words of data. */
  discarded(words: number, delta: number): this {
    this.#word(29, delta).uint32(words * WORD);
    this.#at += (words - 1) * WORD;
    return this;
  }

  /** Nothing more on this page, though `commit` goes further. */
  paddingToTheEnd(): this {
    this.#word(29, 0);
    this.#at = this.#layout.pageBytes;
    return this;
  }

  uint32(value: number): this {
    this.#view.setUint32(this.#at, value, this.#layout.littleEndian);
    this.#at += WORD;
    return this;
  }

  /** `lost`: events lost before this page; `uncounted`: the flag without the number. */
  build(lost: number | 'uncounted' | null = null): DataView {
    const { dataOffset, commitOffset, commitBytes, littleEndian } = this.#layout;
    const stored = typeof lost === 'number' ? 0x4000_0000 : 0;
    const missed = lost === null ? 0 : 0x8000_0000;
    const commit = this.#at - dataOffset + missed + stored;
    if (commitBytes === 8) this.#uint64(commitOffset, commit);
    else this.#view.setUint32(commitOffset, commit, littleEndian);
    if (typeof lost === 'number') {
      if (commitBytes === 8) this.#uint64(this.#at, lost);
      else this.#view.setUint32(this.#at, lost, littleEndian);
    }
    return this.#view;
  }

  #word(typeLength: number, delta: number): this {
    const value = this.#layout.littleEndian
      ? typeLength + delta * 32
      : typeLength * DELTA_RANGE + delta;
    return this.uint32(value);
  }

  #uint64(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), this.#layout.littleEndian);
  }
}
