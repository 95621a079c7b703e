import { type CloseOutcome, type Connection, describeOutcome } from '@farewell/core';

/** How a connection ended. One object for each connection, wherever it is handed out. */
export interface Ending extends CloseOutcome {
  /** One line, made of the facts. */
  readonly text: string;
}

/** The text is made when it is first read: few connections of a busy server are ever described. */
export function endingWithText(outcome: CloseOutcome, connection: Connection): Ending {
  return Object.defineProperty({ ...outcome, text: '' }, 'text', {
    enumerable: true,
    get: () => describeOutcome(connection),
  });
}
