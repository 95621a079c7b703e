/** Who sits where: connections counted in all and for each address, from the request to the very end. */
export class Seats {
  readonly #most: number;
  readonly #mostPerAddress: number;
  readonly #byAddress = new Map<string, number>();
  #taken = 0;

  constructor(most = Number.POSITIVE_INFINITY, mostPerAddress = Number.POSITIVE_INFINITY) {
    this.#most = most;
    this.#mostPerAddress = mostPerAddress;
  }

  /** null: the seat is taken, and to be given back. Otherwise the limit that forbids it. */
  take(key: string): 'max-connections' | 'max-connections-per-address' | null {
    if (this.#taken >= this.#most) return 'max-connections';
    const taken = this.#byAddress.get(key) ?? 0;
    if (taken >= this.#mostPerAddress) return 'max-connections-per-address';
    this.#taken += 1;
    this.#byAddress.set(key, taken + 1);
    return null;
  }

  giveBack(key: string): void {
    const taken = this.#byAddress.get(key) ?? 0;
    if (taken === 0) return;
    this.#taken -= 1;
    if (taken > 1) this.#byAddress.set(key, taken - 1);
    else this.#byAddress.delete(key);
  }
}
