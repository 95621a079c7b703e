import type { Shape } from '@farewell/evidence';

interface Entry<Value> {
  readonly shape: Shape;
  readonly value: Value;
}

/** So that a capture full of different shapes cannot take all memory. Those beyond are not kept. */
const mostShapes = 1024;

/** What is known of connections by their shapes. */
export class ShapeMap<Value> {
  /** By hash; of shapes with the same one only the first is kept. */
  readonly #entries = new Map<number, Entry<Value>>();

  get(shape: Shape): Value | undefined {
    const entry = this.#entries.get(hashOf(shape));
    return entry !== undefined && isSame(entry.shape, shape) ? entry.value : undefined;
  }

  /** Keeps the value with a copy of the shape, unless there is no room for it. */
  add(shape: Shape, value: Value): void {
    const hash = hashOf(shape);
    if (this.#entries.size >= mostShapes || this.#entries.has(hash)) return;
    this.#entries.set(hash, { shape: shape.slice(), value });
  }

  values(): readonly Value[] {
    return [...this.#entries.values()].map(({ value }) => value);
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
