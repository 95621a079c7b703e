import type { OutputStream } from '../terminal/io.ts';

/** Text that is written at once. */
const pieceLength = 1 << 18;
/** Text that may wait for the stream before whoever makes it has to wait too. */
const mostWaiting = 1 << 22;

export interface SinkOptions {
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** Called when nobody takes the text any more. */
  readonly onClosed: () => void;
}

/** Collects text and writes it in pieces, so that 150,000 connections are not as many system calls. */
export class Sink {
  readonly #stream: OutputStream;
  readonly #options: SinkOptions;
  #text = '';
  #waiting = 0;
  #wake: (() => void) | null = null;
  isClosed = false;

  constructor(stream: OutputStream, options: SinkOptions) {
    this.#stream = stream;
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#wake?.());
  }

  add(text: string): void {
    if (text === '') return;
    this.#text += text;
    if (this.#text.length >= pieceLength) this.flush();
    else if (this.#text.length === text.length) setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#text === '' || this.isClosed) return;
    const { length } = this.#text;
    this.#waiting += length;
    this.#stream.write(this.#text, (error) => this.#taken(length, error));
    this.#text = '';
  }

  /** Resolves when the stream has taken enough of what it was given, or the signal aborts. */
  async ready(): Promise<void> {
    if (this.#waiting <= mostWaiting || this.#options.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #taken(length: number, error: Error | null | undefined): void {
    this.#waiting -= length;
    if (this.#waiting <= mostWaiting) this.#wake?.();
    if (!error || this.isClosed) return;
    this.isClosed = true;
    this.#options.onClosed();
  }
}
