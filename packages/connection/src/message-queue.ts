/** Messages that wait for whoever iterates. Tells when to stop and to resume reading. */
export class MessageQueue<T> {
  readonly #messages: { readonly message: T; readonly bytes: number }[] = [];
  readonly #highWaterMark: number;
  readonly #read: (isReading: boolean) => void;
  #waitingBytes = 0;
  #isPaused = false;
  #hasEnded = false;
  #problem: Error | null = null;
  #takers: {
    resolve: (result: IteratorResult<T, undefined>) => void;
    reject: (error: Error) => void;
  }[] = [];

  /** `highWaterMark`: so many bytes may wait before reading is paused. */
  constructor(highWaterMark: number, read: (isReading: boolean) => void) {
    this.#highWaterMark = highWaterMark;
    this.#read = read;
  }

  push(message: T, bytes: number): void {
    const taker = this.#takers.shift();
    if (taker) return taker.resolve({ done: false, value: message });
    this.#messages.push({ message, bytes });
    this.#waitingBytes += bytes;
    if (this.#isPaused || this.#waitingBytes < this.#highWaterMark) return;
    this.#isPaused = true;
    this.#read(false);
  }

  /** What waits can still be taken; then the iteration is over, or throws `problem`. */
  end(problem: Error | null): void {
    this.#hasEnded = true;
    this.#problem = problem;
    for (const { resolve, reject } of this.#takers.splice(0)) {
      if (problem) reject(problem);
      else resolve({ done: true, value: undefined });
    }
  }

  take(): Promise<IteratorResult<T, undefined>> {
    const next = this.#messages.shift();
    if (next) {
      this.#taken(next.bytes);
      return Promise.resolve({ done: false, value: next.message });
    }
    if (!this.#hasEnded) {
      return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
    }
    return this.#problem
      ? Promise.reject(this.#problem)
      : Promise.resolve({ done: true, value: undefined });
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (!this.#isPaused || this.#waitingBytes >= this.#highWaterMark / 2) return;
    this.#isPaused = false;
    this.#read(true);
  }
}
