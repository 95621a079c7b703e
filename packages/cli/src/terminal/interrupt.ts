import { type ExitStatus, exitStatus } from '../exit-status.ts';

const statuses = { SIGINT: exitStatus.interrupted, SIGTERM: exitStatus.terminated } as const;

/** The reason with which the signal of `withInterrupt` is aborted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly status: ExitStatus;

  constructor(signal: keyof typeof statuses) {
    super(`ended by ${signal}`);
    this.status = statuses[signal];
  }
}

/**
 * Runs `work` with a signal that SIGINT and SIGTERM abort, so that it can put things back, and gives its
 * exit status: 130 or 143 if it was interrupted. A second signal ends the process at once.
 */
export async function withInterrupt(
  work: (signal: AbortSignal) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return;
    if (controller.signal.aborted) process.exit(statuses[signal]);
    controller.abort(new Interrupted(signal));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason)
      return controller.signal.reason.status;
    throw error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Waits `ms`; rejects with the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
