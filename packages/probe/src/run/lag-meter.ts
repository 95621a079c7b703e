const interval = 20;

/** Tells how late this process's own event loop was: a time that was taken meanwhile may lie by as much. */
export class LagMeter implements Disposable {
  readonly #delays: Array<{ at: number; delay: number }> = [];
  readonly #timer: NodeJS.Timeout;
  #expectedAt = performance.now() + interval;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), interval);
    this.#timer.unref();
  }

  /** The longest delay that ended after `since` (`performance.now()`), ms. */
  worstSince(since: number): number {
    const late = performance.now() - this.#expectedAt;
    const delays = this.#delays.filter(({ at }) => at >= since).map(({ delay }) => delay);
    return Math.max(0, late, ...delays);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const delay = now - this.#expectedAt;
    if (delay > interval) this.#delays.push({ at: now, delay });
    this.#expectedAt = now + interval;
  }
}
