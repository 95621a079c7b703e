import type { OutputStream } from '../terminal/io.ts';

/** Bytes that are written at once. */
const pieceBytes = 1 << 18;
/** Bytes that may wait for the stream before whoever makes it has to wait too. */
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
  #piece: Buffer = Buffer.alloc(0);
  /** Pieces that the stream has taken: a new one each time would keep the garbage collector busy. */
  readonly #spare: Buffer[] = [];
  #used = 0;
  #waiting = 0;
  #wake: (() => void) | null = null;
  isClosed = false;

  constructor(stream: OutputStream, options: SinkOptions) {
    this.#stream = stream;
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#wake?.());
  }

  /** Takes a text, or its UTF-8, which it copies. */
  add(text: string | Uint8Array): void {
    if (text.length === 0 || this.isClosed) return;
    const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
    if (this.#used + length > this.#piece.length) this.#begin(length);
    if (this.#used === 0) setImmediate(() => this.flush());
    if (typeof text === 'string') this.#piece.write(text, this.#used);
    else this.#piece.set(text, this.#used);
    this.#used += length;
  }

  flush(): void {
    const piece = this.#piece;
    const length = this.#used;
    if (length === 0 || this.isClosed) return;
    this.#piece = Buffer.alloc(0);
    this.#used = 0;
    this.#waiting += length;
    this.#stream.write(piece.subarray(0, length), (error) => {
      if (piece.length === pieceBytes) this.#spare.push(piece);
      this.#taken(length, error);
    });
  }

  #begin(length: number): void {
    this.flush();
    const spare = length > pieceBytes ? undefined : this.#spare.pop();
    this.#piece = spare ?? Buffer.allocUnsafeSlow(Math.max(pieceBytes, length));
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
