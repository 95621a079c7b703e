import { type Settled, unsettled } from '@farewell/core';

/** Messages that wait for whoever iterates. A browser cannot be told to stop reading: `push` says what waits. */
export class MessageQueue<T> {
  readonly #messages: { readonly message: T; readonly bytes: number }[] = [];
  readonly #takers: Settled<IteratorResult<T, undefined>>[] = [];
  #waitingBytes = 0;
  #end: { readonly problem: Error | null } | null = null;

  /** Gives the bytes that wait. */
  push(message: T, bytes: number): number {
    const taker = this.#takers.shift();
    if (taker) taker.resolve({ done: false, value: message });
    else {
      this.#messages.push({ message, bytes });
      this.#waitingBytes += bytes;
    }
    return this.#waitingBytes;
  }

  /** What waits can still be taken; then the iteration is over, or throws `problem`. */
  end(problem: Error | null): void {
    this.#end = { problem };
    for (const taker of this.#takers.splice(0)) settle(taker, problem);
  }

  take(): Promise<IteratorResult<T, undefined>> {
    const taker = unsettled<IteratorResult<T, undefined>>();
    const next = this.#messages.shift();
    if (next) {
      this.#waitingBytes -= next.bytes;
      taker.resolve({ done: false, value: next.message });
    } else if (this.#end) settle(taker, this.#end.problem);
    else this.#takers.push(taker);
    return taker.promise;
  }

  iterator(): AsyncIterator<T, undefined> {
    return {
      next: () => this.take(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }
}

function settle<T>(taker: Settled<IteratorResult<T, undefined>>, problem: Error | null): void {
  if (problem) taker.reject(problem);
  else taker.resolve({ done: true, value: undefined });
}
