import {
  type CloseOutcome,
  type Connection,
  describeOutcome,
  type Ending,
  retryAfterIn,
} from '@farewell/core';

export type { Ending } from '@farewell/core';

/** The text is made when it is first read: few connections of a busy server are ever described. */
export function endingWithText(outcome: CloseOutcome, connection: Connection): Ending {
  const { refused } = connection;
  const ending = {
    ...outcome,
    retryAfter: refused?.retryAfter ?? retryAfterIn(outcome.reason),
    httpStatus: refused?.httpStatus ?? null,
    text: '',
  };
  return Object.defineProperty(ending, 'text', {
    enumerable: true,
    get: () => describeOutcome(connection),
  });
}
