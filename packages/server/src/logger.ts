import { closedCleanly } from '@farewell/connection';
import type { DrainReport } from './drain/report.ts';
import type { ManagedServer } from './managed-server.ts';
import { watchServer } from './metrics/watch-server.ts';

/** The part of pino's shape that is used; `console` has it too. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** Asked where there is one, as in pino: a text that nobody would read is not made. */
  isLevelEnabled?(level: 'debug'): boolean;
}

/**
 * Logs what happens: connections that open (debug) and end (debug if cleanly, else info), refusals and
 * limits (warn), drains (info; warn if something was forced or lost). Gives a function that stops it.
 */
export function logServer(server: ManagedServer, logger: Logger): () => void {
  return watchServer(server, {
    opened: () => logger.debug({ connections: server.connections.size }, 'connection opened'),
    closed: (connection) => {
      const isDebugged = logger.isLevelEnabled?.('debug') !== false;
      const ending = isDebugged || !closedCleanly(connection) ? connection.ending : null;
      if (!ending || (ending.wasClean === true && !isDebugged)) return;
      const { cause, code, wasClean } = ending;
      const facts = { cause, code, wasClean };
      if (wasClean === true) logger.debug(facts, ending.text);
      else logger.info(facts, ending.text);
    },
    refused: (cause, status) => logger.warn({ cause, status }, 'upgrade refused'),
    limited: (limit) => logger.warn({ limit }, 'a connection met a limit'),
    drained: (report) => logDrain(logger, report),
  });
}

function logDrain(logger: Logger, { text, stragglers, ...facts }: DrainReport): void {
  if (facts.forced + facts.lost > 0) logger.warn({ ...facts, stragglers }, text);
  else logger.info(facts, text);
}
