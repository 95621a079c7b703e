/** A segment that came before the bytes in front of it, copied. */
export interface EarlySegment {
  readonly sequence: number;
  readonly at: number;
  readonly acknowledgment: number;
  readonly bytes: Uint8Array;
  /** Payload behind `bytes` that the snaplen cut. */
  readonly cutBytes: number;
}

/** What only few connections need: kept in objects, in bounds, beside the slots. */
export interface Rare {
  /** For each side: early segments in the order of their sequence numbers. */
  readonly early: [EarlySegment[], EarlySegment[]];
  readonly earlyBytes: [number, number];
  /** For each side: the beginning of a head, a frame header or a control frame, until the rest comes. */
  readonly partial: [Uint8Array | null, Uint8Array | null];
}

/** For one side of one connection. A segment also costs an object, hence the second bound. */
export const MAX_EARLY_BYTES = 1 << 20;
export const MAX_EARLY_SEGMENTS = 2048;
/** For all connections together. */
const MAX_TOTAL_BYTES = 16 << 20;
/** What an object costs beside its bytes. */
const OVERHEAD_BYTES = 256;

/** Rare data by connection id, with a bound on the whole. */
export class RareData {
  readonly #byId = new Map<number, Rare>();
  #totalBytes = 0;

  /** Bytes held, overhead included: never more than 16 MB and one segment. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  get(id: number): Rare | undefined {
    return this.#byId.get(id);
  }

  /** False: there is no room for `bytes` more. */
  hasRoom(bytes: number): boolean {
    return this.#totalBytes + bytes + OVERHEAD_BYTES <= MAX_TOTAL_BYTES;
  }

  obtain(id: number): Rare {
    let rare = this.#byId.get(id);
    if (rare === undefined) {
      rare = { early: [[], []], earlyBytes: [0, 0], partial: [null, null] };
      this.#byId.set(id, rare);
      this.#totalBytes += OVERHEAD_BYTES;
    }
    return rare;
  }

  setPartial(rare: Rare, side: 0 | 1, partial: Uint8Array | null): void {
    this.#totalBytes += (partial?.length ?? 0) - (rare.partial[side]?.length ?? 0);
    rare.partial[side] = partial;
  }

  insertEarly(rare: Rare, side: 0 | 1, segment: EarlySegment): void {
    const queue = rare.early[side];
    let at = queue.length;
    while (at > 0 && isBefore(segment, queue[at - 1])) at -= 1;
    queue.splice(at, 0, segment);
    rare.earlyBytes[side] += segment.bytes.length;
    this.#totalBytes += segment.bytes.length + OVERHEAD_BYTES;
  }

  takeEarly(rare: Rare, side: 0 | 1): EarlySegment | undefined {
    const segment = rare.early[side].shift();
    if (segment === undefined) return undefined;
    rare.earlyBytes[side] -= segment.bytes.length;
    this.#totalBytes -= segment.bytes.length + OVERHEAD_BYTES;
    return segment;
  }

  forget(id: number): void {
    const rare = this.#byId.get(id);
    if (rare === undefined) return;
    for (const side of [0, 1] as const) {
      while (this.takeEarly(rare, side) !== undefined);
      this.setPartial(rare, side, null);
    }
    this.#byId.delete(id);
    this.#totalBytes -= OVERHEAD_BYTES;
  }
}

/** Is nothing kept at the moment? */
export function isEmpty({ early, partial }: Rare): boolean {
  const [first, second] = partial;
  return first === null && second === null && early[0].length + early[1].length === 0;
}

function isBefore(segment: EarlySegment, other: EarlySegment | undefined): boolean {
  return other !== undefined && ((segment.sequence - other.sequence) | 0) < 0;
}
