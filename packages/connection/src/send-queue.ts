/** Calls of `send` that wait until less is unsent. */
export class SendQueue {
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  /** Fulfilled by `settle`, rejected by `fail` or by `signal` (the message itself is on its way all the same). */
  wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        resolve: () => done(resolve),
        reject: (error: unknown) => done(() => reject(error)),
      };
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== entry);
        entry.reject(signal?.reason);
      };
      const done = (settle: () => void): void => {
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
    });
  }

  settle(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
