import type { Shape } from '@farewell/evidence';
import type { Explained } from './explained.ts';
import { ShapeMap } from './shape-map.ts';

interface Counted {
  /** The first connection of its shape. */
  readonly explained: Explained;
  /** How many followed it. */
  again: number;
}

/** Connections of a shape that has been explained are only counted. */
export class KnownShapes {
  readonly #known = new ShapeMap<Counted>();
  #wantedFirst: number;

  /** `wantedFirst`: so many connections are to be explained, whatever their shapes. */
  constructor(wantedFirst: number) {
    this.#wantedFirst = wantedFirst;
  }

  /** Counts a connection of this shape. False: it has to be explained. */
  count(shape: Shape): boolean {
    if (this.#wantedFirst > 0) {
      this.#wantedFirst -= 1;
      return false;
    }
    const known = this.#known.get(shape);
    if (known === undefined) return false;
    known.again += 1;
    return true;
  }

  /** From now on connections of this shape are counted. */
  remember(shape: Shape, explained: Explained): void {
    this.#known.add(shape, { explained, again: 0 });
  }

  /** The first connection of each shape, and how many followed it. */
  counts(): readonly Readonly<Counted>[] {
    return this.#known.values();
  }
}
