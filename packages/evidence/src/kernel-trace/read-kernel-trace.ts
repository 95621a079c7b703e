import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { AddressTexts } from '../ip-address.ts';
import type { EventKind } from './event-layout.ts';
import { type KernelEvent, kernelEvent, type ReasonNames } from './kernel-event.ts';
import { CpuBufferReader, type OrderedRows, type ReadCounts } from './read-cpu-buffers.ts';
import type { TraceSelection } from './trace-filter.ts';
import { openTraceInstance, type TraceInstance } from './trace-instance.ts';

export interface KernelTraceOptions extends TraceSelection {
  /** Ring buffer of each CPU, in bytes. Default 8 MiB, less on a machine of more than 8 CPUs. */
  readonly bufferBytes?: number;
  /** Longest wait between two readings while little happens, ms. Default 50. */
  readonly pollInterval?: number;
  /** Ends the trace as `stop()` does. */
  readonly signal?: AbortSignal;
}

/** Events in time order. Valid until the next batch is asked for: the memory is used again. */
export interface EventBatch extends OrderedRows {
  readonly reasons: ReasonNames;
}

/**
 * A running trace. Iterate it once, over events or (ten times cheaper) over batches; both end after
 * `stop()` when all that was recorded is delivered, and at once when the trace is disposed of.
 */
export interface KernelTrace extends AsyncDisposable, AsyncIterable<KernelEvent> {
  batches(): AsyncIterable<EventBatch>;
  /** Records nothing more; what was recorded is still delivered. */
  stop(): void;
  readonly counts: ReadCounts;
  /** What this kernel has no event for; also `reset-reason`. */
  readonly missing: readonly (EventKind | 'reset-reason')[];
  /** Where tracefs is, for the names of processes that have ended. */
  readonly tracefs: string;
}

/**
 * Starts to record what happens to TCP sockets, in all network namespaces of the machine: `TracedSockets`
 * tells which are meant. Needs root and tracefs; throws EvidenceError as `openTraceInstance` does. The
 * instance in the kernel is removed on disposal and at the end of the process.
 */
export function openKernelTrace(options: KernelTraceOptions = {}): KernelTrace {
  checkOptions(options);
  const bufferBytes = options.bufferBytes ?? defaultBufferBytes();
  const instance = openTraceInstance({ ...options, bufferBytes });
  try {
    return new RunningTrace(instance, options);
  } catch (error) {
    instance.remove();
    throw error;
  }
}

/** ms on the clock of the events: CLOCK_MONOTONIC. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

class RunningTrace implements KernelTrace {
  readonly missing: KernelTrace['missing'];
  readonly tracefs: string;
  readonly #instance: TraceInstance;
  readonly #reader: CpuBufferReader;
  readonly #reasons: ReasonNames;
  readonly #pollInterval: number;
  /** Wakes the reader from its wait. */
  readonly #wake = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #phase: 'recording' | 'stopped' | 'removed' = 'recording';

  constructor(instance: TraceInstance, options: KernelTraceOptions) {
    this.#instance = instance;
    this.#reader = new CpuBufferReader(instance, options);
    this.tracefs = instance.tracefs;
    const resets = instance.layouts.find(({ kind }) => kind === 'send-reset');
    this.missing = resets?.reason
      ? instance.missingKinds
      : [...instance.missingKinds, 'reset-reason'];
    this.#reasons = resets?.reasonNames ?? new Map<number, string>();
    this.#pollInterval = options.pollInterval ?? DEFAULT_POLL_INTERVAL;
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.stop();
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get counts(): ReadCounts {
    return this.#reader.counts;
  }

  stop(): void {
    if (this.#phase !== 'recording') return;
    this.#phase = 'stopped';
    this.#instance.stop();
    this.#wake.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#phase = 'removed';
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#wake.abort();
    this.#instance.remove();
    return Promise.resolve();
  }

  async *batches(): AsyncGenerator<EventBatch, void> {
    let wait = SHORTEST_WAIT;
    while (this.#phase !== 'removed') {
      const stopped = this.#phase === 'stopped';
      const rows = this.#reader.read(stopped ? Infinity : monotonicNow());
      if (rows.length > 0) yield { ...rows, reasons: this.#reasons };
      else if (stopped && rows.caughtUp) return;
      wait = rows.length > BUSY_ROWS ? SHORTEST_WAIT : Math.min(2 * wait, this.#pollInterval);
      if (stopped || !rows.caughtUp) await nextTurn();
      else await this.#sleep(wait);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<KernelEvent, void> {
    for await (const { columns, order, length, reasons } of this.batches()) {
      const names = { addresses: new AddressTexts(), reasons };
      for (const row of order.subarray(0, length)) yield kernelEvent(columns, row, names);
    }
  }

  readonly #onAbort = () => this.stop();

  async #sleep(wait: number): Promise<void> {
    try {
      await sleep(wait, undefined, { signal: this.#wake.signal });
    } catch {
      // Woken: the loop looks at the phase.
    }
  }
}

const sleep = promisify(setTimeout);
const nextTurn = promisify(setImmediate);
const DEFAULT_POLL_INTERVAL = 50;
const SHORTEST_WAIT = 5;
/** A wait that brought fewer rows may be longer: each reading has a price of its own. */
const BUSY_ROWS = 2_048;
const MIB = 2 ** 20;

/** 8 MiB are a second of 100,000 events a second on one CPU; all CPUs together take 64 MiB at most. */
function defaultBufferBytes(): number {
  return Math.max(MIB / 4, Math.min(8 * MIB, Math.floor((64 * MIB) / cpus().length)));
}

function checkOptions({ ports, bufferBytes, pollInterval }: KernelTraceOptions): void {
  for (const port of ports ?? []) {
    if (Number.isInteger(port) && port > 0 && port < 65_536) continue;
    throw new RangeError(`Expected \`ports\` to be whole numbers from 1 to 65535, got \`${port}\``);
  }
  checkPositive('bufferBytes', bufferBytes);
  checkPositive('pollInterval', pollInterval);
}

function checkPositive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return;
  throw new RangeError(`Expected \`${name}\` to be a finite number > 0, got \`${value}\``);
}
