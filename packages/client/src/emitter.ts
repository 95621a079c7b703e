type Listener<A extends readonly unknown[]> = (...args: A) => unknown;

/**
 * Events by name. A listener that throws, or whose promise is rejected, does not keep the others from being
 * called: `failed` gets its error.
 */
export abstract class Emitter<E extends { readonly [name in keyof E]: readonly unknown[] }> {
  readonly #listeners = new Map<keyof E, Listener<never>[]>();

  on<N extends keyof E>(event: N, listener: Listener<E[N]>): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  once<N extends keyof E>(event: N, listener: Listener<E[N]>): this {
    const once = (...args: E[N]): unknown => {
      this.off(event, once);
      return listener(...args);
    };
    return this.on(event, once);
  }

  off<N extends keyof E>(event: N, listener: Listener<E[N]>): this {
    const others = this.#listeners.get(event)?.filter((each) => each !== listener);
    this.#listeners.set(event, others ?? []);
    return this;
  }

  listenerCount(event: keyof E): number {
    return this.#listeners.get(event)?.length ?? 0;
  }

  protected emit<N extends keyof E>(event: N, ...args: E[N]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        const result = (listener as Listener<E[N]>)(...args);
        if (result instanceof Promise) result.catch((error: unknown) => this.failed(error));
      } catch (error) {
        this.failed(error);
      }
    }
  }

  /** A listener failed. */
  protected abstract failed(error: unknown): void;

  /** For an error that must not be lost: to the listeners of `error`, else to the page's. */
  protected report(event: keyof E, error: unknown): void {
    const args = [error] as unknown as E[keyof E];
    if (this.listenerCount(event) > 0) this.emit(event, ...args);
    else reportUnheard(error);
  }
}

function reportUnheard(error: unknown): void {
  const { reportError = console.error } = globalThis as { reportError?: (error: unknown) => void };
  reportError(error);
}
