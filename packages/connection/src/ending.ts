import {
  type CloseOutcome,
  type Connection,
  describeOutcome,
  type Ending,
  outcome,
  retryAfterIn,
} from '@farewell/core';

export type { Ending } from '@farewell/core';

/** null: it has not ended. */
export function endingIn(connection: Connection): Ending | null {
  const result = outcome(connection);
  return result && new EndingWithText(result, connection);
}

/** An outcome, with its text made when it is first read: few endings are ever printed. */
class EndingWithText implements Ending {
  readonly vantage: Ending['vantage'];
  readonly code: Ending['code'];
  readonly reason: string;
  readonly wasClean: Ending['wasClean'];
  readonly order: Ending['order'];
  readonly cause: Ending['cause'];
  readonly tcp: Ending['tcp'];
  readonly error: Ending['error'];
  readonly phases: Ending['phases'];
  readonly unflushedBytes: Ending['unflushedBytes'];
  readonly retryAfter: number | null;
  readonly httpStatus: number | null;
  readonly #connection: Connection;

  // Field by field: to spread an object of this size costs as much as to conclude it (2.5 us).
  constructor(outcome: CloseOutcome, connection: Connection) {
    this.vantage = outcome.vantage;
    this.code = outcome.code;
    this.reason = outcome.reason;
    this.wasClean = outcome.wasClean;
    this.order = outcome.order;
    this.cause = outcome.cause;
    this.tcp = outcome.tcp;
    this.error = outcome.error;
    this.phases = outcome.phases;
    this.unflushedBytes = outcome.unflushedBytes;
    this.retryAfter = connection.refused?.retryAfter ?? retryAfterIn(outcome.reason);
    this.httpStatus = connection.refused?.httpStatus ?? null;
    this.#connection = connection;
  }

  get text(): string {
    return describeOutcome(this.#connection);
  }

  toJSON(): Ending {
    return Object.assign({}, this, { text: this.text });
  }
}
