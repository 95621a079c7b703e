/** A promise, and how to settle it. */
export interface Settled<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Whoever awaits it gets the error, and nobody gets an unhandled rejection. */
export function unsettled<T>(): Settled<T> {
  let settle: Omit<Settled<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error('a promise runs its executor at once');
  return { promise: handled(promise), ...settle };
}

/** The same promise, which will not be reported if nobody looks at its rejection. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
