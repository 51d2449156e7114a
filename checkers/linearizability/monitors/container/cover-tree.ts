// Counts over points how many intervals cover each, and finds points that none covers. For monitors.
//
// A segment tree whose additions stay where they were made (no pushing down): `least[node]` is the least count below the
// node including the node's own addition, without those of its ancestors.

const taken = 1 << 30;

export class CoverTree {
  readonly #size: number;
  readonly #least: Int32Array;
  readonly #added: Int32Array;

  /** All counts are 0. O(pointCount). */
  constructor(pointCount: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(1, pointCount)));
    this.#least = new Int32Array(2 * this.#size);
    this.#added = new Int32Array(this.#size);
    this.#least.fill(taken, this.#size + pointCount);
    for (let node = this.#size - 1; node >= 1; node--) this.#refresh(node);
  }

  /** Adds to the counts of the points from ... to; nothing if there is none. Counts must not become negative. O(log n). */
  add(from: number, to: number, amount: number): void {
    if (from > to) return;
    let [low, high] = [from + this.#size, to + this.#size];
    while (low <= high) {
      if ((low & 1) === 1) this.#apply(low++, amount);
      if ((high & 1) === 0) this.#apply(high--, amount);
      low >>= 1;
      high >>= 1;
    }
    for (let node = (from + this.#size) >> 1; node >= 1; node >>= 1) this.#refresh(node);
    for (let node = (to + this.#size) >> 1; node >= 1; node >>= 1) this.#refresh(node);
  }

  /** The first point with count 0 at or after a point; -1 if there is none. O(log n). */
  firstFree(from: number): number {
    let node = from + this.#size;
    if (node >= 2 * this.#size) return -1;
    let above = 0;
    for (let ancestor = node >> 1; ancestor >= 1; ancestor >>= 1) above += this.#added[ancestor]!; // nodes are in bounds, here and below
    while (this.#least[node]! + above !== 0) {
      // Up while there is no sibling to the right.
      while ((node & 1) === 1) {
        if (node === 1) return -1;
        node >>= 1;
        above -= this.#added[node]!;
      }
      node++;
    }
    return this.#descend(node, above);
  }

  /** Some point with count 0, which is never found again; -1 if there is none. O(log n). */
  takeFree(): number {
    if (this.#least[1] !== 0) return -1;
    const point = this.#descend(1, 0);
    const leaf = point + this.#size;
    this.#least[leaf]! += taken;
    for (let node = leaf >> 1; node >= 1; node >>= 1) this.#refresh(node);
    return point;
  }

  /** The first point with count 0 below a node that has one; `above` is what its ancestors add. */
  #descend(start: number, above: number): number {
    let [node, sum] = [start, above];
    while (node < this.#size) {
      sum += this.#added[node]!;
      node *= 2;
      if (this.#least[node]! + sum !== 0) node++;
    }
    return node - this.#size;
  }

  #apply(node: number, amount: number): void {
    this.#least[node]! += amount;
    if (node < this.#size) this.#added[node]! += amount;
  }

  #refresh(node: number): void {
    const left = this.#least[2 * node]!;
    const right = this.#least[2 * node + 1]!;
    this.#least[node] = (left < right ? left : right) + this.#added[node]!;
  }
}
