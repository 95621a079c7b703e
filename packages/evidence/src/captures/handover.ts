import type { ConnectionEvent, ReportedBecause } from './captured-connection.ts';
import { CONNECTION_WORDS } from './slots.ts';

/**
 * How connections get from the thread that reads captures to the one that looks at them: in shared
 * memory, as they lay in their slots, in the order in which they are reported. Blocks are filled in turn;
 * a message tells of each that is full. The one who looks counts the blocks it has taken, and the one who
 * reads waits for that count before it fills a block again: so neither runs away from the other.
 */
export interface Handover {
  readonly control: Int32Array;
  /** Of all blocks; `numbers` shows the same memory. */
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

// Of `control`.
/** How many blocks were taken. */
export const BLOCKS_TAKEN = 0;
/** 1: what was read until now is all that is wanted. */
export const STOP = 1;

/** 190 kB: some milliseconds of work for either thread. */
export const BLOCK_RECORDS = 256;
export const BLOCKS = 8;

/** A connection's slots, and behind them why it is reported and up to when the capture was looked through. */
export const RECORD_WORDS = CONNECTION_WORDS + 4;
export const REASON = CONNECTION_WORDS;
export const OBSERVED_UNTIL = (CONNECTION_WORDS + 2) / 2;

/** Their place is what stands in the slot. */
export const reasons: readonly ReportedBecause[] = ['ended', 'reused', 'evicted', 'capture-ended'];

/** What lies in the next block, and what of it cannot lie there. */
export interface Batch {
  readonly records: number;
  /** Texts that no batch before has brought, in the order of their numbers. */
  readonly texts: readonly string[];
  /** The events of the record at `position`. */
  readonly watched: {
    readonly position: number;
    readonly events: readonly ConnectionEvent[];
  } | null;
}

/** Memory for both threads; 1.5 MB. */
export function createHandover(): Handover {
  const memory = new SharedArrayBuffer(BLOCKS * BLOCK_RECORDS * RECORD_WORDS * 4);
  return {
    control: new Int32Array(new SharedArrayBuffer(8)),
    words: new Int32Array(memory),
    numbers: new Float64Array(memory),
  };
}

/** Where the first record of the `count`th block lies in `words`. */
export function wordsOfBlock(count: number): number {
  return (count % BLOCKS) * BLOCK_RECORDS * RECORD_WORDS;
}
