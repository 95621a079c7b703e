import type { SocketRow, SocketTable } from '@farewell/core';
import {
  type DestroyEvents,
  EvidenceError,
  isOnlyNamespace,
  type KernelTrace,
  monotonicNow,
  type NamespaceReader,
  openKernelTrace,
  ProcessNames,
  TracedSockets,
} from '@farewell/evidence';
import { nothingRecorded, type Recorded, type Recording, untraced } from './recording.ts';
import { timeWaitMakers } from './time-wait-makers.ts';

/**
 * Starts the kernel trace of the namespace's sockets with one of these ports, or of all. Needs root;
 * throws EvidenceError. The kernel's instance is removed when the recording is finished or disposed of.
 */
export function recordKernelTrace(
  reader: NamespaceReader,
  ports: readonly number[] | undefined,
): Recording {
  const trace = openKernelTrace({ ...(ports ? { ports } : {}), detail: 'lives' });
  return new KernelRecording(trace, reader);
}

/** Rows to confirm sockets with, as of `at` on the clock of the events. */
interface Confirmation {
  readonly rows: readonly SocketRow[];
  readonly at: number;
}

/** How long a TIME-WAIT lasts: so long an ended socket may be asked for. */
const timeWaitLength = 60_000;
const tick = 500;
/** Events of the last moments may not have been read when the rows of that moment are there. */
const eventDelay = 250;
/** A look at the table takes its time from this process: at most a twentieth. */
const lookEvery = 2000;
const mostOfTheTime = 20;

class KernelRecording implements Recording {
  readonly #trace: KernelTrace;
  readonly #reader: NamespaceReader;
  readonly #deaths: DestroyEvents | null;
  readonly #endDeaths = new AbortController();
  readonly #sockets: TracedSockets;
  readonly #unixOffset = Date.now() - monotonicNow();
  readonly #pumps: readonly Promise<void>[];
  readonly #timer: NodeJS.Timeout;
  #waiting: Confirmation[] = [];
  #nextLookAt = monotonicNow() + lookEvery;
  #failure: { readonly error: unknown } | null = null;

  constructor(trace: KernelTrace, reader: NamespaceReader) {
    this.#trace = trace;
    this.#reader = reader;
    const names = new ProcessNames(trace.tracefs);
    this.#sockets = new TracedSockets({
      startedAt: monotonicNow(),
      unixOffset: this.#unixOffset,
      processOf: (taskId, at) => names.find(taskId, at),
      missing: trace.missing,
      confirmation: isOnlyNamespace() ? 'not-needed' : 'needed',
      settleTime: timeWaitLength,
    });
    this.#deaths = openDeaths(reader, this.#endDeaths.signal);
    this.#pumps = [this.#guard(this.#readEvents()), this.#guard(this.#readDeaths())];
    this.#timer = setInterval(() => this.#onTick(), tick);
  }

  async finish(last: SocketTable): Promise<Recorded> {
    clearInterval(this.#timer);
    const endedAt = monotonicNow();
    this.#trace.stop();
    this.#endDeaths.abort();
    await Promise.all(this.#pumps);
    if (this.#failure) return nothingRecorded([untraced(this.#failure.error)]);
    this.#waiting.push({ rows: last.rows, at: (last.at ?? Date.now()) - this.#unixOffset });
    this.#confirm(Infinity);
    return {
      trace: this.#sockets.table(endedAt),
      missing: [],
      makers: timeWaitMakers(last.rows, this.#sockets.sockets()),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#endDeaths.abort();
    await this.#trace[Symbol.asyncDispose]();
    await this.#deaths?.[Symbol.asyncDispose]();
  }

  async #readEvents(): Promise<void> {
    for await (const batch of this.#trace.batches()) this.#sockets.push(batch);
  }

  async #readDeaths(): Promise<void> {
    if (!this.#deaths) return;
    for await (const { rows, at } of this.#deaths) this.#waiting.push({ rows, at });
  }

  /** A reader that breaks off ends the trace, not the diagnosis. */
  async #guard(pump: Promise<void>): Promise<void> {
    try {
      await pump;
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #onTick(): void {
    try {
      this.#look();
      this.#confirm(monotonicNow() - eventDelay);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** Between the first and the last look: sockets that would leave no other trace in this namespace. */
  #look(): void {
    const at = monotonicNow();
    if (at < this.#nextLookAt) return;
    const { rows } = this.#reader.readTable({ tcpInfo: false });
    this.#waiting.push({ rows, at });
    const now = monotonicNow();
    this.#nextLookAt = now + Math.max(lookEvery, (now - at) * mostOfTheTime);
  }

  #confirm(until: number): void {
    const due = this.#waiting.filter(({ at }) => at <= until);
    this.#waiting = this.#waiting.filter(({ at }) => at > until);
    for (const { rows, at } of due) this.#sockets.confirm(rows, at);
  }
}

/** Null without koffi: then rows of the tables have to do. */
function openDeaths(reader: NamespaceReader, signal: AbortSignal): DestroyEvents | null {
  try {
    return reader.openDestroyEvents({ signal });
  } catch (error) {
    if (error instanceof EvidenceError) return null;
    throw error;
  }
}
