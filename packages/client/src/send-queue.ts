import { type Settled, unsettled } from '@farewell/core';
import { onAbortUntil } from './abort.ts';

/** Calls of `send` that wait until less is unsent. */
export class SendQueue {
  #waiting: Settled<void>[] = [];

  /** Fulfilled by `settle`, rejected by `fail` or by `signal`. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    const entry = unsettled<void>();
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((each) => each !== entry);
      entry.reject(signal?.reason);
    };
    this.#waiting.push(entry);
    onAbortUntil(entry.promise, signal, onAbort);
    return entry.promise;
  }

  settle(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
