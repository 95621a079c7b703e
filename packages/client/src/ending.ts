import {
  type CloseOutcome,
  type Connection,
  type Ending,
  retryAfterIn,
  sessionOutcome,
} from '@farewell/core';
import type { NativeCloseEvent } from './native-web-socket.ts';

/** The ending of a connection in a browser; `event` null: the browser has not told of an end yet. */
export function endingAt(connection: Connection, event: NativeCloseEvent | null): Ending {
  const seen = sessionOutcome(connection, 'client');
  const result = event?.wasClean === false ? notClean(seen) : seen;
  const { reason } = result;
  return { ...result, text: textOf(result), retryAfter: retryAfterIn(reason), httpStatus: null };
}

/** The browser's word: both Close frames may have been handed over, and one have been lost. */
function notClean(seen: CloseOutcome): CloseOutcome {
  const cause = seen.cause === 'closing-handshake' ? 'unknown' : seen.cause;
  return { ...seen, wasClean: false, cause };
}

/** Shorter than core's text: a page pays for each sentence. */
function textOf({ code, reason, cause, error, phases }: CloseOutcome): string {
  const { openedAt, connectingAt, endedAt } = phases;
  const beganAt = openedAt === 'unknown' ? Number(connectingAt) : openedAt;
  const isReceived = code !== 1006;
  const facts = [
    isReceived
      ? `received ${code}${reason && ` ${JSON.stringify(reason)}`}`
      : 'no Close frame received',
    `ended after ${((endedAt - beganAt) / 1_000).toFixed(1)} s`,
    cause === 'unknown' ? 'the browser does not tell why' : cause.replaceAll('-', ' '),
    ...(error && error !== 'unknown' ? [error.message] : []),
  ];
  return facts.join('; ');
}
