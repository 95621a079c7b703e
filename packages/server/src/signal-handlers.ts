import { constants } from 'node:os';
import { type DrainOptions, drainSettings } from './drain/options.ts';
import type { DrainReport } from './drain/report.ts';
import type { ManagedServer } from './managed-server.ts';
import { within } from './within.ts';

/** What happens on a signal. Durations in ms. */
export interface SignalHandlerOptions {
  /** Default SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[];
  /** How to drain. Its `timeout` and `afterTimeout` together have to be less than what kills the process. */
  readonly drain?: DrainOptions;
  /** Run when all servers are drained, awaited: closes databases, flushes logs. */
  readonly afterDrain?: (reports: readonly DrainReport[]) => unknown;
  /** How long `afterDrain` may take. Default 3,000. */
  readonly afterTimeout?: number;
}

/** Exit codes of a process with signal handlers, beside 128 and the signal's number for a second signal. */
export const exitCodes = {
  /** Drained. What had to be aborted is in the reports, and no failure. */
  drained: 0,
  /** `afterDrain` threw, rejected or took longer than `afterTimeout`. */
  failed: 1,
} as const;

/**
 * The first signal drains the servers, runs `afterDrain` and exits with 0, or with 1 if that failed. The
 * second one, whichever it is, exits at once with 128 and its number: 143 for SIGTERM, 130 for SIGINT.
 * Gives a function that takes the handlers away. Throws InvalidOptionError.
 */
export function installSignalHandlers(
  server: ManagedServer | readonly ManagedServer[],
  options: SignalHandlerOptions = {},
): () => void {
  drainSettings(options.drain);
  const servers = 'drain' in server ? [server] : server;
  const { signals = ['SIGTERM', 'SIGINT'] } = options;
  let isEnding = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(128 + constants.signals[signal]);
    isEnding = true;
    void end(servers, options).then((code) => process.exit(code));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

async function end(
  servers: readonly ManagedServer[],
  { drain, afterDrain, afterTimeout = 3_000 }: SignalHandlerOptions,
): Promise<number> {
  const reports = await Promise.all(servers.map((each) => each.drain(drain)));
  try {
    await within<unknown>(afterTimeout, Promise.resolve(afterDrain?.(reports)), () => {
      throw new Error(`Expected \`afterDrain\` to be done within ${afterTimeout} ms`);
    });
    return exitCodes.drained;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.failed;
  }
}
