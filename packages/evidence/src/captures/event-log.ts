import type { ConnectionEvent } from './captured-connection.ts';
import type { Stream, StreamNote } from './stream.ts';

/** A diagram longer than this is not read by anyone. */
const MAX_EVENTS = 10_000;

interface LoggedEvent extends StreamNote {
  readonly at: number;
  readonly side: number;
}

/** The events of the one connection that is watched. */
export class EventLog {
  readonly #events: LoggedEvent[] = [];
  #left = 0;

  /** Has the stream tell its events until its `note` is taken away. */
  attach(stream: Stream, at: number): void {
    stream.at = at;
    stream.note = (note) => {
      if (this.#events.length >= MAX_EVENTS) this.#left += 1;
      else this.#events.push({ ...note, at: stream.at, side: stream.side });
    };
  }

  /** The events, with the roles that are known by now; the last one says how many were left out. */
  list(clientSide: number): readonly ConnectionEvent[] {
    const events = this.#events.map(({ at, side, kind, text }) => {
      return { at, by: side === clientSide ? 'client' : 'server', kind, text } as const;
    });
    const last = events.at(-1);
    if (this.#left === 0 || last === undefined) return events;
    return [...events, { ...last, kind: 'gap', text: `${this.#left} more events were not kept` }];
  }
}
