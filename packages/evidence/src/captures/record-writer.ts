import type { ConnectionRecord } from './connection-record.ts';
import {
  type Batch,
  BLOCK_RECORDS,
  BLOCKS,
  BLOCKS_TAKEN,
  type Handover,
  OBSERVED_UNTIL,
  REASON,
  RECORD_WORDS,
  reasons,
  wordsOfBlock,
} from './handover.ts';
import type { Texts } from './texts.ts';

/** The side of a handover that reads captures. It waits, without doing anything else, while all blocks are full. */
export class RecordWriter {
  readonly #handover: Handover;
  readonly #send: (batch: Batch) => void;
  #blocks = 0;
  #records = 0;
  #texts: Texts | null = null;
  #textsSent = 0;
  #watched: Batch['watched'] = null;

  constructor(handover: Handover, send: (batch: Batch) => void) {
    this.#handover = handover;
    this.#send = send;
  }

  add(record: ConnectionRecord): void {
    if (this.#records === 0) this.#waitForBlock();
    const { words, numbers } = this.#handover;
    const { slots, texts } = record.settled();
    const at = wordsOfBlock(this.#blocks) + this.#records * RECORD_WORDS;
    slots.copyTo(words, at);
    words[at + REASON] = reasons.indexOf(record.reportedBecause);
    numbers[at / 2 + OBSERVED_UNTIL] = record.report.observedUntil;
    const events = record.events();
    if (events !== null) this.#watched = { position: this.#records, events };
    this.#texts = texts;
    this.#records += 1;
    if (this.#records === BLOCK_RECORDS) this.flush();
  }

  /** Hands over the block that is not yet full. */
  flush(): void {
    if (this.#records === 0) return;
    const texts = this.#texts?.from(this.#textsSent) ?? [];
    const batch = { records: this.#records, texts, watched: this.#watched };
    this.#textsSent += texts.length;
    this.#watched = null;
    this.#records = 0;
    this.#blocks += 1;
    this.#send(batch);
  }

  #waitForBlock(): void {
    const { control } = this.#handover;
    for (;;) {
      const taken = Atomics.load(control, BLOCKS_TAKEN);
      if (this.#blocks - taken < BLOCKS) return;
      Atomics.wait(control, BLOCKS_TAKEN, taken);
    }
  }
}
