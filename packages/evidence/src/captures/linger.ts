/** A second's worth at 4,000 closes a second; stragglers come within a round trip or a timeout. */
const CAPACITY = 1 << 12;

/**
 * Connections that have ended and wait a while for stragglers, oldest first. Bounded: past 4,096 the
 * oldest has to go. An entry may be stale: its connection can have been reported for another reason,
 * and its id given to another one, which has another index.
 */
export class Linger {
  readonly #linger: number;
  readonly #ids = new Int32Array(CAPACITY);
  readonly #indexes = new Int32Array(CAPACITY);
  readonly #times = new Float64Array(CAPACITY);
  #first = 0;
  #size = 0;
  /** Index of the connection whose id was handed out last. */
  index = -1;

  constructor(linger: number) {
    this.#linger = linger;
  }

  /** Adds a connection; hands out the oldest if there is no room, else -1. */
  push(id: number, index: number, at: number): number {
    const pushedOut = this.#size === CAPACITY ? this.#shift() : -1;
    const slot = (this.#first + this.#size) % CAPACITY;
    this.#ids[slot] = id;
    this.#indexes[slot] = index;
    this.#times[slot] = at;
    this.#size += 1;
    return pushedOut;
  }

  /** Hands out the oldest if it has waited long enough at `now`, else -1. */
  take(now: number): number {
    if (this.#size === 0) return -1;
    return now - (this.#times[this.#first] ?? 0) >= this.#linger ? this.#shift() : -1;
  }

  #shift(): number {
    const id = this.#ids[this.#first] ?? -1;
    this.index = this.#indexes[this.#first] ?? -1;
    this.#first = (this.#first + 1) % CAPACITY;
    this.#size -= 1;
    return id;
  }
}
