import { ConnectionRecord } from './connection-record.ts';
import { ConnectionTable } from './connection-table.ts';
import { EventLog } from './event-log.ts';
import { Linger } from './linger.ts';
import type { Packet } from './packet.ts';
import { ACK, SYN } from './parse-tcp.ts';
import { takePlainSegment } from './plain-segment.ts';
import type { Report } from './read-connection.ts';
import {
  ENDED,
  ENDED_AT,
  FLAGS,
  INDEX,
  INITIAL_SEQUENCE,
  LAST_AT,
  NEXT_SEQUENCE,
  OPENED_AT,
  PACKETS,
  REUSED,
  SEQUENCE_KNOWN,
  SIDE_STRIDE,
  SINCE_LAST_USE,
  SYN_SEEN,
  WATCHED,
} from './slots.ts';
import { Stream } from './stream.ts';
import { trackSegment } from './track-segment.ts';

/** What bounds a tracker, and what it does with a connection. */
export interface TrackerOptions {
  /** Connections tracked at once; past it the one that was silent longest of 16 is reported. */
  readonly maxConnections: number;
  /** ms of the capture's time for which an ended connection waits for stragglers. */
  readonly linger: number;
  /** Index of the connection whose events are kept, or null. */
  readonly watch: number | null;
  readonly seed: number;
  readonly onConnection: (record: ConnectionRecord) => void;
}

/** A SYN with a sequence number this far from the expected one begins another connection. */
const OWN_SYN_WITHIN = 65_536;
const EVICTION_SAMPLE = 16;

/** Sorts packets into connections, and reports each connection once. */
export class ConnectionTracker {
  readonly stream = new Stream();
  readonly #options: TrackerOptions;
  readonly #table: ConnectionTable;
  readonly #linger: Linger;
  readonly #log = new EventLog();
  readonly #interruptions: number[] = [];
  #opened = 0;
  #evicted = 0;
  #hand = 0;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#table = new ConnectionTable(this.stream.slots, options.seed);
    this.#linger = new Linger(options.linger);
  }

  /** Connections begun so far, those that were evicted, and those tracked now. */
  get counts(): { readonly opened: number; readonly evicted: number; readonly live: number } {
    return { opened: this.#opened, evicted: this.#evicted, live: this.stream.slots.size };
  }

  /** Part of the hot path. */
  track(packet: Packet): void {
    const found = this.#table.find(packet);
    this.stream.side = this.#table.side;
    if (found < 0 || !takePlainSegment(this.stream, packet)) this.#trackOther(packet, found);
  }

  #trackOther(packet: Packet, found: number): void {
    const { stream } = this;
    let id = found;
    if (id >= 0 && (packet.flags & (SYN | ACK)) === SYN && this.#isAnother(packet)) {
      id = this.#reuse(packet);
    } else if (id < 0) id = this.#open(packet);
    stream.side = this.#table.side;
    const watched = (stream.slots.word(FLAGS) & WATCHED) !== 0;
    if (watched) this.#log.attach(stream, packet.at);
    trackSegment(stream, packet);
    if (watched) stream.note = null;
    if (stream.justEnded) this.#enqueue(packet.at);
  }

  /** Reports connections that ended long enough before `now` (ms of the capture's time). */
  reap(now: number): void {
    for (let id = this.#linger.take(now); id >= 0; id = this.#linger.take(now)) {
      this.#reportIfSame(id, this.#linger.index, now);
    }
  }

  /** From `at` (ms of the capture's time) up to the next packet nobody looked: another file begins. */
  noteInterruption(at: number): void {
    this.#interruptions.push(at);
  }

  /** Reports all that are left, in the order of their ids; the capture ended at `now`. */
  finish(now: number): void {
    const { slots } = this.stream;
    for (let id = 0; id < slots.highest; id += 1) {
      slots.seek(id);
      if (!this.#isLive()) continue;
      const because = (slots.word(FLAGS) & ENDED) === 0 ? 'capture-ended' : 'ended';
      this.#report({ because, observedUntil: now });
    }
  }

  /** A SYN that is not this connection's own: the ports are used again. RFC 9293 §3.6.1. */
  #isAnother(packet: Packet): boolean {
    const { slots } = this.stream;
    const { side } = this.#table;
    if (slots.has(SYN_SEEN, side)) return slots.word(INITIAL_SEQUENCE, side) !== packet.sequence;
    if ((slots.word(FLAGS) & ENDED) !== 0) return true;
    if (!slots.has(SEQUENCE_KNOWN, side)) return false;
    const distance = (slots.word(NEXT_SEQUENCE, side) - packet.sequence) | 0;
    return distance < 0 || distance > OWN_SYN_WITHIN;
  }

  #reuse(packet: Packet): number {
    const { slots } = this.stream;
    const ended = (slots.word(FLAGS) & ENDED) !== 0;
    const since = packet.at - slots.number(ENDED_AT);
    this.#report({ because: ended ? 'ended' : 'reused', observedUntil: packet.at });
    this.#table.find(packet);
    const id = this.#open(packet);
    if (!ended) return id;
    slots.setWord(FLAGS, slots.word(FLAGS) | REUSED);
    slots.setNumber(SINCE_LAST_USE, since);
    return id;
  }

  #open(packet: Packet): number {
    const { slots } = this.stream;
    if (slots.size >= this.#options.maxConnections) {
      this.#evict(packet.at);
      this.#table.find(packet);
    }
    const id = slots.allocate();
    this.#table.insert(packet);
    slots.setWord(INDEX, this.#opened);
    slots.setNumber(OPENED_AT, packet.at);
    if (this.#opened === this.#options.watch) slots.setWord(FLAGS, slots.word(FLAGS) | WATCHED);
    this.#opened += 1;
    return id;
  }

  #enqueue(at: number): void {
    const { stream } = this;
    stream.justEnded = false;
    const current = stream.slots.id;
    const pushedOut = this.#linger.push(current, stream.slots.word(INDEX), at);
    if (pushedOut >= 0) this.#reportIfSame(pushedOut, this.#linger.index, at);
  }

  #reportIfSame(id: number, index: number, observedUntil: number): void {
    const { slots } = this.stream;
    slots.seek(id);
    if (!this.#isLive() || slots.word(INDEX) !== index) return;
    this.#report({ because: 'ended', observedUntil });
  }

  /** Of the next few, the one that has been silent longest. */
  #evict(observedUntil: number): void {
    const { slots } = this.stream;
    let oldest = -1;
    let oldestAt = Number.POSITIVE_INFINITY;
    for (let count = 0; count < EVICTION_SAMPLE; count += 1) {
      this.#hand = (this.#hand + 1) % slots.highest;
      slots.seek(this.#hand);
      if (!this.#isLive() || this.#lastAt() >= oldestAt) continue;
      oldest = this.#hand;
      oldestAt = this.#lastAt();
    }
    if (oldest < 0) return;
    slots.seek(oldest);
    this.#evicted += 1;
    const because = (slots.word(FLAGS) & ENDED) === 0 ? 'evicted' : 'ended';
    this.#report({ because, observedUntil });
  }

  #isLive(): boolean {
    const { slots } = this.stream;
    return slots.word(PACKETS) + slots.word(PACKETS, SIDE_STRIDE) > 0;
  }

  #lastAt(): number {
    const { slots } = this.stream;
    return Math.max(slots.number(LAST_AT), slots.number(LAST_AT, SIDE_STRIDE));
  }

  /** No later than the first interruption behind the connection's last packet. */
  #lookedUntil(until: number): number {
    if (this.#interruptions.length === 0) return until;
    const lastAt = this.#lastAt();
    return Math.min(until, this.#interruptions.find((at) => at >= lastAt) ?? until);
  }

  #report(report: Report): void {
    const { stream } = this;
    const { slots } = stream;
    const { id } = slots;
    const watched = (slots.word(FLAGS) & WATCHED) !== 0;
    if (watched) this.#log.attach(stream, this.#lastAt());
    const observedUntil = this.#lookedUntil(report.observedUntil);
    const until = { because: report.because, observedUntil };
    const record = new ConnectionRecord(stream, until, watched ? this.#log : null);
    this.#options.onConnection(record);
    stream.note = null;
    slots.seek(id);
    this.#table.remove();
    stream.rare.forget(id);
    slots.setWord(PACKETS, 0);
    slots.setWord(PACKETS, 0, SIDE_STRIDE);
    slots.release(id);
  }
}
