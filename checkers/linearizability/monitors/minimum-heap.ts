// A binary heap: the least element first. For monitors.

export class MinimumHeap<T> {
  readonly #items: T[] = [];
  readonly #rank: (item: T) => number;

  /** `rank` must not change while an item is in. */
  constructor(rank: (item: T) => number) {
    this.#rank = rank;
  }

  get size(): number {
    return this.#items.length;
  }

  /** O(log n). */
  push(item: T): void {
    const items = this.#items;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = items[parent]!; // a parent is in bounds
      if (this.#rank(above) <= this.#rank(item)) break;
      items[place] = above;
      place = parent;
    }
    items[place] = item;
  }

  /** The least, taken out; undefined if empty. O(log n). */
  pop(): T | undefined {
    const items = this.#items;
    const least = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return least;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      // Non-null: child and child + 1 are in bounds where they are read.
      if (child + 1 < items.length && this.#rank(items[child + 1]!) < this.#rank(items[child]!)) child++;
      if (this.#rank(last) <= this.#rank(items[child]!)) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = last;
    return least;
  }
}
