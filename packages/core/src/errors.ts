import type { Ending } from './outcome.ts';

/** A wrong option or argument. The message says what was expected, what came, and so what to do. */
export class InvalidOptionError extends TypeError {
  override readonly name = 'InvalidOptionError';
  readonly code = 'FAREWELL_INVALID_OPTION';
  readonly option: string;

  constructor(message: string, option: string) {
    super(message);
    this.option = option;
  }
}

/** The connection is closing or closed. `outcome` is null as long as it has not ended. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError';
  readonly code = 'FAREWELL_CLOSED';
  readonly outcome: Ending | null;

  constructor(message: string, outcome: Ending | null) {
    super(message);
    this.outcome = outcome;
  }
}

/** The connection ended before it opened. `outcome.cause` says why. */
export class ConnectionNotOpenedError extends Error {
  override readonly name = 'ConnectionNotOpenedError';
  readonly code = 'FAREWELL_NOT_OPENED';
  readonly outcome: Ending;

  constructor(outcome: Ending, cause?: unknown) {
    super(`Expected the connection to open: ${outcome.text}`, { cause });
    this.outcome = outcome;
  }
}
