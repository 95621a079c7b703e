import type {
  CapturedConnection,
  ConnectionEvent,
  ReportedBecause,
} from './captured-connection.ts';
import type { EventLog } from './event-log.ts';
import { type Report, readConnection } from './read-connection.ts';
import { clientSide } from './roles.ts';
import { settleConnection } from './settle-connection.ts';
import { type Shape, shapeOf } from './shape.ts';
import { INDEX } from './slots.ts';
import type { Stream } from './stream.ts';

/**
 * A connection that is reported: still in its slots, so that a million of them cost nothing until
 * someone looks. Valid only during the callback that it is given to.
 */
export class ConnectionRecord {
  readonly report: Report;
  readonly #stream: Stream;
  readonly #log: EventLog | null;
  #settled = false;

  constructor(stream: Stream, report: Report, log: EventLog | null) {
    this.#stream = stream;
    this.report = report;
    this.#log = log;
  }

  /** Order of the first packets, from 0. */
  get index(): number {
    return this.#stream.slots.word(INDEX);
  }

  get reportedBecause(): ReportedBecause {
    return this.report.because;
  }

  /** The connection as an object that may be kept. */
  read(): CapturedConnection {
    const { slots, texts } = this.settled();
    return readConnection({ slots, texts, report: this.report, events: this.events() });
  }

  /** What it has in common with others, of which all may then be concluded at once; null: nothing. Valid until the next call. */
  shape(): Shape | null {
    return shapeOf(this.settled().slots);
  }

  /** The stream that seeks the connection, when nothing is left to be found out about it. */
  settled(): Stream {
    if (!this.#settled) settleConnection(this.#stream);
    this.#settled = true;
    return this.#stream;
  }

  /** What was kept for a sequence diagram, if the connection is watched. */
  events(): readonly ConnectionEvent[] | null {
    return this.#log?.list(clientSide(this.settled().slots)) ?? null;
  }
}
