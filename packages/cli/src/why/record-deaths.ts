import type { SocketTable } from '@farewell/core';
import {
  type DestroyEvents,
  EvidenceError,
  monotonicNow,
  type NamespaceReader,
  SocketDeaths,
} from '@farewell/evidence';
import { nothingRecorded, type Recorded, type Recording } from './recording.ts';

/**
 * Starts to record the deaths of the namespace's sockets and to look at its table again and again: what
 * an ordinary user may see. Null if the namespace cannot be entered; throws EvidenceError without koffi.
 */
export function recordDeaths(reader: NamespaceReader): Recording | null {
  const end = new AbortController();
  const events = reader.openDestroyEvents({ signal: end.signal });
  return events && new DeathRecording(events, reader, end);
}

/** ms between two looks; and at most a twentieth of the time. */
const lookEvery = 500;
const mostOfTheTime = 20;

class DeathRecording implements Recording {
  readonly #events: DestroyEvents;
  readonly #reader: NamespaceReader;
  readonly #end: AbortController;
  readonly #deaths: SocketDeaths;
  readonly #pump: Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(events: DestroyEvents, reader: NamespaceReader, end: AbortController) {
    this.#events = events;
    this.#reader = reader;
    this.#end = end;
    this.#deaths = new SocketDeaths(reader.readTable({ tcpInfo: false }), Date.now());
    this.#pump = this.#read();
    this.#scheduleLook(lookEvery);
  }

  async finish(last: SocketTable): Promise<Recorded> {
    clearTimeout(this.#timer);
    const endedAt = Date.now();
    this.#end.abort();
    await this.#pump;
    this.#deaths.look(last, last.at ?? endedAt);
    return { ...nothingRecorded([]), trace: this.#deaths.table(endedAt) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#end.abort();
    await this.#events[Symbol.asyncDispose]();
  }

  async #read(): Promise<void> {
    const unixOffset = Date.now() - monotonicNow();
    for await (const { rows, at, lost } of this.#events)
      this.#deaths.push(rows, at + unixOffset, lost);
  }

  #scheduleLook(wait: number): void {
    this.#timer = setTimeout(() => {
      const startedAt = monotonicNow();
      if (!this.#look()) return;
      this.#scheduleLook(Math.max(lookEvery, (monotonicNow() - startedAt) * mostOfTheTime));
    }, wait);
  }

  /** False if the table cannot be read any more: the last look of all will say why. */
  #look(): boolean {
    try {
      this.#deaths.look(this.#reader.readTable({ tcpInfo: false }), Date.now());
      return true;
    } catch (error) {
      if (error instanceof EvidenceError) return false;
      throw error;
    }
  }
}
