/** Timers that end together. They keep the process alive. */
export class Timers {
  readonly #clears = new Set<() => void>();

  /** Runs `act` after `delay` ms; 0: in the next turn of the event loop. */
  after(delay: number, act: () => void): void {
    const run = (): void => {
      this.#clears.delete(clear);
      act();
    };
    const clear = delay > 0 ? timeout(run, delay) : immediate(run);
    this.#clears.add(clear);
  }

  clear(): void {
    for (const clear of this.#clears) clear();
    this.#clears.clear();
  }
}

function timeout(run: () => void, delay: number): () => void {
  const timer = setTimeout(run, delay);
  return () => clearTimeout(timer);
}

function immediate(run: () => void): () => void {
  const timer = setImmediate(run);
  return () => clearImmediate(timer);
}
