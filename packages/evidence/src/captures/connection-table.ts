import type { Packet } from './packet.ts';
import { ADDRESSES, FLAGS, HASH, IPV6, PORTS, SIDE_STRIDE, type Slots } from './slots.ts';

const FIRST_SIZE = 1 << 10;

/**
 * Finds the connection of a packet in either direction: open addressing with linear probing, the hash
 * kept beside the id so that a probe seldom has to look at a connection. The seed is random, so that
 * no capture can be made whose connections all collide.
 */
export class ConnectionTable {
  readonly #slots: Slots;
  readonly #seed: number;
  /** Pairs, so that one cache line holds both: id + 1 (0: empty), and the hash. */
  #entries = new Int32Array(2 * FIRST_SIZE);
  /** Of the index of a pair, which is even. */
  #mask = 2 * FIRST_SIZE - 1;
  #size = 0;
  #hash = 0;
  /** Which side sent the packet that was found: 0 or SIDE_STRIDE. */
  side = 0;

  constructor(slots: Slots, seed: number) {
    this.#slots = slots;
    this.#seed = seed | 0;
  }

  /** The connection of the packet, sought, with `side` set; or -1. Part of the hot path. */
  find(packet: Packet): number {
    const hash = this.#hashOf(packet);
    this.#hash = hash;
    const entries = this.#entries;
    const mask = this.#mask;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const id = (entries[at] ?? 0) - 1;
      if (id < 0) return -1;
      if (entries[at + 1] === hash && this.#matches(packet, id)) return id;
    }
  }

  /** The same for both directions: the hashes of the two endpoints are added. */
  #hashOf(packet: Packet): number {
    const { ports } = packet;
    let source = mixWord(this.#seed, packet.source);
    let destination = mixWord(this.#seed, packet.destination);
    for (let word = 4; packet.family === 6 && word < 16; word += 4) {
      source = mixWord(source, packet.view.getInt32(packet.sourceAt + word));
      destination = mixWord(destination, packet.view.getInt32(packet.destinationAt + word));
    }
    const ends = (mixWord(source, ports >>> 16) + mixWord(destination, ports & 0xffff)) | 0;
    return ends ^ (ends >>> 16);
  }

  /** Enters the connection that is sought now under the packet looked for last; its sender is side 0. */
  insert(packet: Packet): void {
    const { words, base, id } = this.#slots;
    words[base + ADDRESSES] = packet.source;
    words[base + ADDRESSES + 4] = packet.destination;
    for (let word = 1; packet.family === 6 && word < 4; word += 1) {
      words[base + ADDRESSES + word] = packet.view.getInt32(packet.sourceAt + 4 * word);
      words[base + ADDRESSES + 4 + word] = packet.view.getInt32(packet.destinationAt + 4 * word);
    }
    words[base + PORTS] = packet.ports;
    words[base + FLAGS] = packet.family === 4 ? 0 : IPV6;
    words[base + HASH] = this.#hash;
    this.side = 0;
    this.#size += 1;
    if (this.#size * 4 > this.#entries.length) this.#grow();
    this.#place(this.#hash, id + 1);
  }

  /** Takes the connection that is sought now out of the table. */
  remove(): void {
    let at = (this.#slots.word(HASH) << 1) & this.#mask;
    while (this.#entries[at] !== this.#slots.id + 1) {
      if (this.#entries[at] === 0) return;
      at = (at + 2) & this.#mask;
    }
    this.#size -= 1;
    this.#closeHole(at);
  }

  /** Moves later entries of the same run back, so that no search ends too early. */
  #closeHole(from: number): void {
    const entries = this.#entries;
    const mask = this.#mask;
    let hole = from;
    for (let at = (hole + 2) & mask; entries[at] !== 0; at = (at + 2) & mask) {
      const home = ((entries[at + 1] ?? 0) << 1) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      entries.copyWithin(hole, at, at + 2);
      hole = at;
    }
    entries[hole] = 0;
  }

  /** Seeks the connection; true if the packet is of it, in the direction that `side` then says. */
  #matches(packet: Packet, id: number): boolean {
    this.#slots.seek(id);
    const { words, base } = this.#slots;
    const { ports, source, destination } = packet;
    const known = words[base + PORTS];
    const first = words[base + ADDRESSES];
    const second = words[base + ADDRESSES + 4];
    const isFromFirst = known === ports && first === source && second === destination;
    this.side = isFromFirst ? 0 : SIDE_STRIDE;
    if (!isFromFirst) {
      const turned = (ports << 16) | (ports >>> 16);
      if (known !== turned || first !== destination || second !== source) return false;
    }
    const isIpv6 = ((words[base + FLAGS] ?? 0) & IPV6) !== 0;
    if (packet.family === 4) return !isIpv6;
    return isIpv6 && this.#isSameIpv6(packet);
  }

  /** Compares what is behind the first word of both addresses. */
  #isSameIpv6(packet: Packet): boolean {
    const { words, base } = this.#slots;
    const { view, sourceAt, destinationAt } = packet;
    const source = base + ADDRESSES + (this.side === 0 ? 0 : 4);
    const destination = base + ADDRESSES + (this.side === 0 ? 4 : 0);
    for (let word = 1; word < 4; word += 1) {
      if (view.getInt32(sourceAt + 4 * word) !== words[source + word]) return false;
      if (view.getInt32(destinationAt + 4 * word) !== words[destination + word]) return false;
    }
    return true;
  }

  #place(hash: number, entry: number): void {
    let at = (hash << 1) & this.#mask;
    while (this.#entries[at] !== 0) at = (at + 2) & this.#mask;
    this.#entries[at] = entry;
    this.#entries[at + 1] = hash;
  }

  #grow(): void {
    const before = this.#entries;
    this.#entries = new Int32Array(before.length * 2);
    this.#mask = before.length * 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      const entry = before[at] ?? 0;
      if (entry !== 0) this.#place(before[at + 1] ?? 0, entry);
    }
  }
}

/** A multiplication and a shift that brings the high bits down; the constant is MurmurHash3's. */
function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
