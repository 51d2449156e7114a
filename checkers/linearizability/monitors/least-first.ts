// A heap without objects: what is due first. For monitors that serve the earliest deadline.

/** A binary heap of whole numbers, the least first. */
export class LeastFirst {
  readonly #items: Int32Array;
  #size = 0;

  /** At most `capacity` numbers are in at once. */
  constructor(capacity: number) {
    this.#items = new Int32Array(capacity);
  }

  /** O(log n). */
  push(item: number): void {
    const items = this.#items;
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = items[parent]!; // a parent is in bounds
      if (above <= item) break;
      items[place] = above;
      place = parent;
    }
    items[place] = item;
  }

  /** The least, taken out; -1 if empty. O(log n). */
  pop(): number {
    if (this.#size === 0) return -1;
    const items = this.#items;
    const least = items[0]!; // not empty
    const last = items[--this.#size]!; // the last one
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      // Non-null: child and child + 1 are in bounds where they are read.
      if (child + 1 < this.#size && items[child + 1]! < items[child]!) child++;
      if (last <= items[child]!) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = last;
    return least;
  }
}
