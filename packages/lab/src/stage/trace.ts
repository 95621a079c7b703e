import type { SocketRow, TraceTable } from '@farewell/core';
import {
  type DestroyEvents,
  EvidenceError,
  type KernelTrace,
  monotonicNow,
  openDestroyEvents,
  openKernelTrace,
  ProcessNames,
  TracedSockets,
} from '@farewell/evidence';
import type { TraceUse } from '../result.ts';

/** Rows as of `at`, on the clock of the events. */
interface Confirmation {
  readonly rows: readonly SocketRow[];
  readonly at: number;
}

/** Events of the last moments may not have been read when the rows of that moment are there, ms. */
const eventDelay = 250;
/** No scenario is longer, ms: until its end, a socket that ended waits for the row that says how. */
const settleTime = 300_000;
const pollInterval = 20;

/** The kernel trace of one scenario. Events of all namespaces come mixed: our rows tell which are ours. */
export class StageTrace implements AsyncDisposable {
  readonly #trace: KernelTrace;
  readonly #destroyed: DestroyEvents;
  readonly #sockets: TracedSockets;
  readonly #done: Promise<unknown>;
  #waiting: Confirmation[] = [];

  constructor(trace: KernelTrace, destroyed: DestroyEvents) {
    this.#trace = trace;
    this.#destroyed = destroyed;
    const { tracefs, missing } = trace;
    const names = new ProcessNames(tracefs);
    this.#sockets = new TracedSockets({
      startedAt: monotonicNow(),
      unixOffset: Date.now() - monotonicNow(),
      processOf: (taskId, at) => names.find(taskId, at),
      missing,
      confirmation: 'needed',
      settleTime,
    });
    this.#done = Promise.all([this.#readTrace(), this.#readDestroyed()]);
    this.#done.catch(() => {}); // `table` waits for it
  }

  /** Takes rows of our own namespace, as they are now. */
  confirm(rows: readonly SocketRow[]): void {
    this.#waiting.push({ rows, at: monotonicNow() });
    this.#confirm(monotonicNow() - eventDelay);
  }

  /** Ends the trace and sums it up; `rows`: the last ones. */
  async table(rows: readonly SocketRow[]): Promise<TraceTable> {
    const until = monotonicNow();
    this.#trace.stop();
    await this.#destroyed[Symbol.asyncDispose]();
    await this.#done;
    this.#waiting.push({ rows, at: until });
    this.#confirm(Infinity);
    return this.#sockets.table(until);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#destroyed[Symbol.asyncDispose]();
    await this.#trace[Symbol.asyncDispose]();
  }

  async #readTrace(): Promise<void> {
    for await (const batch of this.#trace.batches()) this.#sockets.push(batch);
  }

  /** A death says that the socket was ours, and how long no data had moved. */
  async #readDestroyed(): Promise<void> {
    for await (const { rows, at } of this.#destroyed) this.#waiting.push({ rows, at });
  }

  #confirm(until: number): void {
    const due = this.#waiting.filter(({ at }) => at <= until);
    this.#waiting = this.#waiting.filter(({ at }) => at > until);
    for (const { rows, at } of due) this.#sockets.confirm(rows, at);
  }
}

/** What there is of a kernel trace: itself, or why there is none. */
export type MaybeTrace =
  | { readonly use: Extract<TraceUse, { read: true }>; readonly trace: StageTrace }
  | { readonly use: Extract<TraceUse, { read: false }>; readonly trace: null };

/** Traces the sockets of these ports, where the kernel lets us: as root, also in a namespace of our own. */
export function openStageTrace(ports: readonly number[]): MaybeTrace {
  try {
    const trace = openKernelTrace({
      ports: [...new Set(ports)],
      detail: 'lives',
      pollInterval,
    });
    try {
      return {
        use: { read: true },
        trace: new StageTrace(trace, openDestroyEvents({ pollInterval })),
      };
    } catch (error) {
      void trace[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    if (error instanceof EvidenceError)
      return { use: { read: false, why: error.message }, trace: null };
    throw error;
  }
}
