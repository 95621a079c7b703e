import type { Shape } from '@farewell/evidence';
import type { Explained } from './explained.ts';

/** So that a capture full of different shapes cannot take all memory. Those beyond are explained one by one. */
const mostKnown = 1024;

interface Known {
  readonly shape: Shape;
  /** The first connection of the shape. */
  readonly explained: Explained;
  /** How many followed it. */
  again: number;
}

/** Connections of a shape that has been explained are only counted. */
export class KnownShapes {
  /** By hash; of shapes with the same one only the first is known. */
  readonly #known = new Map<number, Known>();
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
    const known = this.#known.get(hashOf(shape));
    if (known === undefined || !isSame(known.shape, shape)) return false;
    known.again += 1;
    return true;
  }

  /** From now on connections of this shape are counted. */
  remember(shape: Shape, explained: Explained): void {
    const hash = hashOf(shape);
    if (this.#known.size >= mostKnown || this.#known.has(hash)) return;
    this.#known.set(hash, { shape: shape.slice(), explained, again: 0 });
  }

  /** The first connection of each shape, and how many followed it. */
  counts(): Iterable<Pick<Known, 'explained' | 'again'>> {
    return this.#known.values();
  }
}

/** FNV-1a by words. */
function hashOf(shape: Shape): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < shape.length; at += 1)
    hash = Math.imul(hash ^ (shape[at] ?? 0), 0x01000193);
  return hash;
}

function isSame(a: Shape, b: Shape): boolean {
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
