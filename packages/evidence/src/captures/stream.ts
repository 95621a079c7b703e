import type { ConnectionEvent } from './captured-connection.ts';
import type { Packet } from './packet.ts';
import { type EarlySegment, isEmpty, type Rare, RareData } from './rare.ts';
import {
  FLAGS,
  MODE,
  RARE,
  REMAINING,
  SIDE_STRIDE,
  Slots,
  SYNC_LOST,
  UNKNOWN_FROM,
} from './slots.ts';
import { SEARCHING, WAITING } from './stream-mode.ts';
import { Texts } from './texts.ts';

/** Something that one segment showed, for the sequence diagram of a watched connection. */
export type StreamNote = Pick<ConnectionEvent, 'kind' | 'text'>;

/**
 * The bytes of one segment, in order, and all that is needed to read them. One object is filled again
 * for each segment; the functions that read streams (HTTP heads, frames, TLS records) take it.
 */
export class Stream {
  readonly slots = new Slots();
  readonly rare = new RareData();
  readonly texts = new Texts();
  /** Pieces for which there was no room. */
  notKept = 0;
  /** Set when the connection that is read now has just ended. */
  justEnded = false;
  /** Set while the connection is a watched one. */
  note: ((note: StreamNote) => void) | null = null;

  /** Offset of the sender's slots: 0 or SIDE_STRIDE. */
  side = 0;
  at = Number.NaN;
  acknowledgment = 0;
  bytes: Uint8Array = new Uint8Array(0);
  /** The next byte to read, where what was captured ends, and what the snaplen cut behind it. */
  position = 0;
  end = 0;
  cutBytes = 0;
  /** Sequence number of the byte at offset 0 of `bytes`. */
  sequenceBase = 0;
  /** Sequence number behind the segment. */
  nextSequence = 0;

  get peer(): number {
    return SIDE_STRIDE - this.side;
  }

  get sideIndex(): 0 | 1 {
    return this.side === 0 ? 0 : 1;
  }

  /** Looks at the payload of the packet, which begins at `sequence`, without its first `skip` bytes. */
  look(packet: Packet, sequence: number, skip: number): void {
    const captured = packet.payloadEnd - packet.payloadAt;
    this.at = packet.at;
    this.acknowledgment = packet.acknowledgment;
    this.bytes = packet.bytes;
    this.position = packet.payloadAt + Math.min(skip, captured);
    this.end = packet.payloadEnd;
    this.cutBytes = packet.payloadLength - Math.max(captured, skip);
    this.sequenceBase = (sequence - packet.payloadAt) | 0;
    this.nextSequence = (sequence + packet.payloadLength) | 0;
  }

  /** Looks at a segment that was kept, without its first `skip` bytes. */
  lookEarly(segment: EarlySegment, skip: number): void {
    const captured = segment.bytes.length;
    this.at = segment.at;
    this.acknowledgment = segment.acknowledgment;
    this.bytes = segment.bytes;
    this.position = Math.min(skip, captured);
    this.end = captured;
    this.cutBytes = segment.cutBytes - Math.max(0, skip - captured);
    this.sequenceBase = segment.sequence;
    this.nextSequence = (segment.sequence + captured + segment.cutBytes) | 0;
  }

  /** Sequence number of the byte at `position`. */
  sequenceAt(position: number): number {
    return (this.sequenceBase + position) | 0;
  }

  /** The rare data of this connection, made if there is none. */
  obtainRare(): Rare {
    this.slots.setWord(FLAGS, this.slots.word(FLAGS) | RARE);
    return this.rare.obtain(this.slots.id);
  }

  /** What was kept of this side's last segment because it was not whole, or null. */
  get partial(): Uint8Array | null {
    if ((this.slots.word(FLAGS) & RARE) === 0) return null;
    return this.rare.get(this.slots.id)?.partial[this.sideIndex] ?? null;
  }

  /**
   * Keeps (a copy of) what is left of the segment until the next one; null forgets it. Where no room is
   * left for it, the side's stream is lost from here on.
   */
  keepPartial(partial: Uint8Array | null): void {
    if (partial === null && this.partial === null) return;
    if (partial !== null && !this.rare.hasRoom(partial.length)) return this.#giveUpPartial();
    const rare = this.obtainRare();
    this.rare.setPartial(rare, this.sideIndex, partial?.slice() ?? null);
    if (partial !== null) this.position = this.end;
    else if (isEmpty(rare)) this.slots.setWord(FLAGS, this.slots.word(FLAGS) & ~RARE);
  }

  #giveUpPartial(): void {
    this.keepPartial(null);
    this.notKept += 1;
    this.position = this.end;
    this.loseSync();
  }

  /** From here on this side's bytes are not understood, until frames can be recognised again. */
  loseSync(): void {
    const { slots, side, peer } = this;
    slots.setNumber(REMAINING, 0, side);
    slots.setWord(MODE, SEARCHING, side);
    if (slots.word(MODE, peer) === WAITING) slots.setWord(MODE, SEARCHING, peer);
    if (slots.has(SYNC_LOST, side)) return;
    slots.mark(SYNC_LOST, side);
    slots.setNumber(UNKNOWN_FROM, this.at, side);
  }
}
