/** A promise, and how to settle it. */
export interface Settled<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Whoever awaits it gets the error, and nobody gets an unhandled rejection. */
export function unsettled<T>(): Settled<T> {
  return new Unsettled();
}

/**
 * A class, as V8 may put what a literal makes among what lives long (it learns that by the literal), and a dead
 * promise there would keep all that it leads to for the next full collection: 4 kB of each short connection.
 */
class Unsettled<T> implements Settled<T> {
  readonly promise: Promise<T>;
  resolve: Settled<T>['resolve'] = ignore;
  reject: Settled<T>['reject'] = ignore;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = (error) => {
        void handled(this.promise);
        reject(error);
      };
    });
  }
}

/** The same promise, which will not be reported if nobody looks at its rejection. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
