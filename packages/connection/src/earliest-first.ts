/** A binary heap of numbers, the smallest at the top. */
export class EarliestFirst {
  readonly #heap: number[] = [];

  get first(): number | undefined {
    return this.#heap[0];
  }

  get size(): number {
    return this.#heap.length;
  }

  add(time: number): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(time);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] ?? 0;
      if (parent <= time) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = time;
  }

  removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const below = this.#earlierChild(index);
      const child = heap[below];
      if (child === undefined || child >= last) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #earlierChild(index: number): number {
    const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]];
    return 2 * index + (left !== undefined && right !== undefined && right < left ? 2 : 1);
  }
}
