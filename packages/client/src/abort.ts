/** Calls `onAbort` when `signal` is aborted (at once if it is), until `done` is settled. */
export function onAbortUntil(
  done: Promise<unknown>,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): void {
  if (!signal) return;
  if (signal.aborted) return onAbort();
  const forget = (): void => signal.removeEventListener('abort', onAbort);
  signal.addEventListener('abort', onAbort);
  done.then(forget, forget);
}
