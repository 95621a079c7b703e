import {
  type CloseOutcome,
  type Ending,
  retryAfterIn,
  type Session,
  sessionOutcome,
} from '@farewell/core';

/** The ending of a connection in a browser. */
export function endingOf(session: Session, unflushedBytes: number): Ending {
  const result = sessionOutcome(session, unflushedBytes);
  const retryAfter = retryAfterIn(result.reason);
  return { ...result, text: textOf(result), retryAfter, httpStatus: null };
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
