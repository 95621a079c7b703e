import { readFileSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { EvidenceError } from '../evidence-error.ts';
import { EventDecoder } from './decode-event.ts';
import { EventColumns } from './event-columns.ts';
import { type CpuRun, mergeCpus } from './merge-cpus.ts';
import { type PageLayout, parsePageLayout, scanRingPage } from './parse-ring-page.ts';
import type { TraceSelection } from './trace-filter.ts';
import type { CpuBuffer, TraceInstance } from './trace-instance.ts';

/** What the reader counted so far; foreign bytes that made no sense are here, not thrown. */
export interface ReadCounts {
  /** Events decoded, those held back for the next batch included. */
  readonly events: number;
  readonly pages: number;
  /** Events that the kernel says were overwritten before they were read. */
  readonly lostEvents: number;
  /** How many times events were lost without a count. */
  readonly lostUncounted: number;
  /** Records that are none of ours, or shorter than their format. */
  readonly undecodable: number;
  readonly badPages: number;
  readonly badPageExample: string | null;
}

/** Rows `order[0]` to `order[length - 1]` of `columns`, in time order. Valid until the next reading. */
export interface OrderedRows {
  readonly columns: EventColumns;
  readonly order: Int32Array;
  readonly length: number;
  /** False: buffers may hold more right now. */
  readonly caughtUp: boolean;
}

/**
 * Reads the buffers of all CPUs, a bounded batch at a time, and merges them by time. An event may come
 * to its buffer a little after one with a later time on another CPU: rows of the last millisecond are
 * held back for the next batch, and so is whatever is later than a CPU that has more to read.
 */
export class CpuBufferReader {
  readonly #pages = { pages: 0, badPages: 0, badPageExample: null as string | null };
  readonly #buffers: readonly CpuBuffer[];
  readonly #layout: PageLayout;
  readonly #decoder: EventDecoder;
  readonly #page: Uint8Array<ArrayBuffer>;
  readonly #wholePage: DataView;
  readonly #order: Int32Array;
  #columns: EventColumns;
  /** The columns of the batch before, and which of their rows were held back, CPU by CPU. */
  #spare: EventColumns;
  #held: readonly CpuRun[] = [];

  constructor(instance: TraceInstance, selection: TraceSelection) {
    const layout = readPageLayout(instance.tracefs);
    this.#buffers = instance.buffers;
    this.#page = new Uint8Array(layout.pageBytes);
    this.#wholePage = new DataView(this.#page.buffer);
    // A page full of the smallest events there can be, for each CPU, on top of a batch.
    const capacity = BATCH_ROWS + (instance.buffers.length + 1) * rowsOfPage(layout);
    this.#columns = new EventColumns(capacity);
    this.#spare = new EventColumns(capacity);
    this.#order = new Int32Array(capacity);
    this.#layout = layout;
    this.#decoder = new EventDecoder(instance.layouts, {
      littleEndian: layout.littleEndian,
      columns: this.#columns,
      selection,
    });
  }

  /** `now`: ms on the monotonic clock, taken before the call; Infinity after the trace was stopped. */
  read(now: number): OrderedRows {
    const previous = this.#columns;
    const columns = this.#spare;
    columns.length = 0;
    this.#columns = columns;
    this.#spare = previous;
    this.#decoder.columns = columns;
    const share = Math.floor(BATCH_ROWS / Math.max(1, this.#buffers.length));
    let until = now - HELD_BACK;
    let caughtUp = true;
    const runs = this.#buffers.map((buffer, index): CpuRun => {
      const start = columns.length;
      const held = this.#held[index];
      if (held) columns.append(previous, held.next, held.end);
      if (!this.#drain(buffer, start + share)) {
        caughtUp = false;
        until = Math.min(until, columns.at[columns.length - 1] ?? until);
      }
      return { next: start, end: columns.length };
    });
    const length = mergeCpus(columns, runs, { until, order: this.#order });
    this.#held = runs;
    return { columns, order: this.#order, length, caughtUp };
  }

  /** What was counted so far. */
  get counts(): ReadCounts {
    const { events, lostEvents, lostUncounted, undecodable } = this.#decoder;
    return { ...this.#pages, events, lostEvents, lostUncounted, undecodable };
  }

  /** Reads a CPU's pages until it has no more, or until `limit` rows: then it gives false. */
  #drain(buffer: CpuBuffer, limit: number): boolean {
    this.#decoder.cpu = buffer.cpu;
    while (this.#columns.length < limit) {
      const size = readPage(buffer.fd, this.#page);
      if (size === 0) return true;
      const problem = scanRingPage(this.#view(size), this.#layout, this.#decoder);
      this.#pages.pages += 1;
      if (problem === null) continue;
      this.#pages.badPages += 1;
      this.#pages.badPageExample ??= problem;
    }
    return false;
  }

  #view(size: number): DataView {
    return size === this.#wholePage.byteLength
      ? this.#wholePage
      : new DataView(this.#page.buffer, 0, size);
  }
}

const BATCH_ROWS = 16_384;
/** ms. Longer than a CPU takes from taking the time of an event to having it in its buffer. */
const HELD_BACK = 1;
/** A word of header and a word of data. */
const SMALLEST_RECORD_BYTES = 8;

function rowsOfPage(layout: PageLayout): number {
  return Math.ceil(layout.pageBytes / SMALLEST_RECORD_BYTES) + 1;
}

function readPageLayout(tracefs: string): PageLayout {
  const events = join(tracefs, 'events');
  const page = readFileSync(join(events, 'header_page'), 'utf8');
  const event = readFileSync(join(events, 'header_event'), 'utf8');
  const layout = parsePageLayout(page, event, endianness() === 'LE');
  if (layout !== null) return layout;
  throw new EvidenceError(
    'UNREADABLE',
    `The kernel trace: ${events}/header_page or header_event describe a ring buffer that this version cannot read`,
  );
}

/** 0: nothing to read now. */
function readPage(fd: number, page: Uint8Array): number {
  try {
    return readSync(fd, page, 0, page.length, null);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EAGAIN' || code === 'EINTR') return 0;
    throw new EvidenceError('UNREADABLE', `The kernel trace cannot be read: ${code}`, {
      cause: error,
    });
  }
}
