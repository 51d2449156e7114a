// Intervals by their first point, each reaching to some last point: which of those that begin early enough reach far enough,
// and which reaches furthest? For monitors.

export class ReachTree {
  readonly #size: number;
  /** A binary tree of maxima; -1 where there is no interval. */
  readonly #greatest: Int32Array;

  /** No intervals. O(placeCount). */
  constructor(placeCount: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(1, placeCount)));
    this.#greatest = new Int32Array(2 * this.#size).fill(-1);
  }

  /** One interval a place; -1 takes it out. O(log n). */
  set(place: number, reach: number): void {
    const greatest = this.#greatest;
    let node = place + this.#size;
    greatest[node] = reach;
    while (node > 1) {
      // Nodes are in bounds, here and below.
      const other = greatest[node ^ 1]!;
      const own = greatest[node]!;
      node >>= 1;
      greatest[node] = own > other ? own : other;
    }
  }

  /** The last place up to `last` that reaches at least so far; -1 if none does. O(log n). */
  reaching(last: number, reach: number): number {
    const greatest = this.#greatest;
    let node = last + this.#size;
    while (greatest[node]! < reach) {
      while ((node & 1) === 0) node >>= 1;
      if (node <= 1) return -1;
      node--;
    }
    while (node < this.#size) {
      node = 2 * node + 1;
      if (greatest[node]! < reach) node--;
    }
    return node - this.#size;
  }

  /** The place up to `last` that reaches furthest; -1 if there is none. O(log n). */
  furthest(last: number): number {
    if (last < 0) return -1;
    let node = last + this.#size;
    let best = this.#greatest[node]!;
    for (; node > 1; node >>= 1) if ((node & 1) === 1) best = Math.max(best, this.#greatest[node - 1]!);
    return best < 0 ? -1 : this.reaching(last, best);
  }
}
