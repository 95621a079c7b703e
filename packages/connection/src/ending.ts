import {
  type CloseOutcome,
  type Connection,
  describeOutcome,
  type Ending,
  retryAfterIn,
} from '@farewell/core';

export type { Ending } from '@farewell/core';

/** The text is made when it is first read: few endings are ever printed. */
export function endingWithText(outcome: CloseOutcome, connection: Connection): Ending {
  const { refused } = connection;
  return {
    ...outcome,
    retryAfter: refused?.retryAfter ?? retryAfterIn(outcome.reason),
    httpStatus: refused?.httpStatus ?? null,
    get text() {
      return describeOutcome(connection);
    },
  };
}
