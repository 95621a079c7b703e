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
    const source = mix(addressHash(packet, packet.sourceAt, this.#seed) + packet.sourcePort);
    const destination = mix(
      addressHash(packet, packet.destinationAt, this.#seed) + packet.destinationPort,
    );
    // A sum, so that both directions have the same hash.
    const hash = mix(source + destination);
    this.#hash = hash;
    const entries = this.#entries;
    const mask = this.#mask;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const id = (entries[at] ?? 0) - 1;
      if (id < 0) return -1;
      if (entries[at + 1] === hash && this.#matches(packet, id)) return id;
    }
  }

  /** Enters the connection that is sought now under the packet looked for last; its sender is side 0. */
  insert(packet: Packet): void {
    const slots = this.#slots;
    const words = packet.family === 4 ? 1 : 4;
    for (let word = 0; word < words; word += 1) {
      slots.setWord(ADDRESSES + word, packet.view.getInt32(packet.sourceAt + 4 * word));
      slots.setWord(ADDRESSES + 4 + word, packet.view.getInt32(packet.destinationAt + 4 * word));
    }
    slots.setWord(PORTS, (packet.sourcePort << 16) | packet.destinationPort);
    slots.setWord(FLAGS, packet.family === 4 ? 0 : IPV6);
    slots.setWord(HASH, this.#hash);
    this.side = 0;
    this.#size += 1;
    if (this.#size * 4 > this.#entries.length) this.#grow();
    this.#place(this.#hash, slots.id + 1);
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

  #matches(packet: Packet, id: number): boolean {
    const slots = this.#slots;
    slots.seek(id);
    if ((packet.family === 6) !== ((slots.word(FLAGS) & IPV6) !== 0)) return false;
    const ports = slots.word(PORTS);
    const forward = ((packet.sourcePort << 16) | packet.destinationPort) === ports;
    if (forward && this.#sameAddresses(packet, 0)) {
      this.side = 0;
      return true;
    }
    if (((packet.destinationPort << 16) | packet.sourcePort) !== ports) return false;
    this.side = SIDE_STRIDE;
    return this.#sameAddresses(packet, 4);
  }

  /** Compares with the source's address at word `source`, and the destination's at the other. */
  #sameAddresses(packet: Packet, source: number): boolean {
    const { view, sourceAt, destinationAt } = packet;
    const slots = this.#slots;
    if (view.getInt32(sourceAt) !== slots.word(ADDRESSES + source)) return false;
    if (view.getInt32(destinationAt) !== slots.word(ADDRESSES + 4 - source)) return false;
    if (packet.family === 4) return true;
    for (let word = 1; word < 4; word += 1) {
      if (view.getInt32(sourceAt + 4 * word) !== slots.word(ADDRESSES + source + word))
        return false;
      const other = slots.word(ADDRESSES + 4 - source + word);
      if (view.getInt32(destinationAt + 4 * word) !== other) return false;
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

function addressHash(packet: Packet, at: number, seed: number): number {
  const { view } = packet;
  let hash = mix(view.getInt32(at) ^ seed);
  if (packet.family === 4) return hash;
  for (let word = 1; word < 4; word += 1) hash = mix(view.getInt32(at + 4 * word) ^ hash);
  return hash;
}

/** The finaliser of MurmurHash3, which is public domain: every bit of the input moves every bit. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
