import type { CapturedConnection, ReportedBecause } from './captured-connection.ts';
import type { ConnectionRecord } from './connection-record.ts';
import {
  type Batch,
  BLOCK_RECORDS,
  BLOCKS_TAKEN,
  type Handover,
  OBSERVED_UNTIL,
  REASON,
  RECORD_WORDS,
  reasons,
  wordsOfBlock,
} from './handover.ts';
import { readConnection } from './read-connection.ts';
import { shapeOf } from './shape.ts';
import { INDEX, Slots } from './slots.ts';

/** A connection that is reported, whichever thread has read it. Valid only while it is being reported. */
export type ReportedConnection = Pick<
  ConnectionRecord,
  'index' | 'reportedBecause' | 'shape' | 'read'
>;

/** The side of a handover that looks at connections. */
export class RecordReader {
  readonly #handover: Handover;
  readonly #words = new Int32Array(BLOCK_RECORDS * RECORD_WORDS);
  readonly #numbers = new Float64Array(this.#words.buffer);
  readonly #slots = new Slots();
  readonly #byNumber = { text: (number: number): string => this.#texts[number] ?? '' };
  readonly #texts: string[] = [];
  #blocks = 0;

  constructor(handover: Handover) {
    this.#handover = handover;
  }

  /** Gives the next block back, and shows the records that lay in it. */
  take({ records, texts, watched }: Batch, show: (record: ReportedConnection) => void): void {
    for (const text of texts) this.#texts.push(text);
    this.#copyBlock(records);
    for (let position = 0; position < records; position += 1) {
      const events = watched?.position === position ? watched.events : null;
      show(this.#recordAt(position * RECORD_WORDS, events));
    }
  }

  /** In one go: word by word, each would have to be fetched from the other processor. */
  #copyBlock(records: number): void {
    const first = wordsOfBlock(this.#blocks);
    this.#words.set(this.#handover.words.subarray(first, first + records * RECORD_WORDS));
    this.#blocks += 1;
    Atomics.store(this.#handover.control, BLOCKS_TAKEN, this.#blocks);
    Atomics.notify(this.#handover.control, BLOCKS_TAKEN);
  }

  #recordAt(at: number, events: CapturedConnection['events']): ReportedConnection {
    const words = this.#words;
    const numbers = this.#numbers;
    const slots = this.#slots;
    slots.show(words, numbers, at);
    const because: ReportedBecause = reasons[words[at + REASON] ?? 0] ?? 'ended';
    const report = { because, observedUntil: numbers[at / 2 + OBSERVED_UNTIL] ?? 0 };
    const texts = this.#byNumber;
    return {
      index: slots.word(INDEX),
      reportedBecause: because,
      shape: () => shapeOf(slots),
      read: () => readConnection({ slots, texts, report, events }),
    };
  }
}
