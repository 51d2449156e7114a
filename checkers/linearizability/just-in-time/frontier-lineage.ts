// How the configurations of a frontier came about, so that the last one standing can tell its linearization: a tree of
// operations that took effect, each with its predecessor. What no configuration descends from is swept away now and then.
import { resized, roomFor } from "./frontier-room.ts";

const firstLimit = 1 << 14;

/** Nodes 1, 2, 3 ... ; 0 is the beginning. A parent always has a smaller number than its children. */
export class Lineage {
  #parents = new Int32Array(1024);
  #operations = new Int32Array(1024);
  #depths = new Int32Array(1024);
  #count = 1;
  #limit = firstLimit;
  #deepest = 0;

  /** Forgets everything, and gives memory back if it is much. */
  clear(): void {
    this.#count = 1;
    this.#limit = firstLimit;
    this.#deepest = 0;
    if (this.#parents.length > firstLimit) this.#resize(1024);
  }

  get sizeBytes(): number {
    return 12 * this.#parents.length;
  }

  /** The node whose line is the longest ever seen. */
  get deepest(): number {
    return this.#deepest;
  }

  // Non-null assertions below: nodes are numbers that this class gave.

  depthOf(node: number): number {
    return this.#depths[node]!;
  }

  extend(parent: number, operation: number): number {
    if (this.#count === this.#parents.length) this.#resize(roomFor(this.#count + 1, this.#count));
    const node = this.#count++;
    this.#parents[node] = parent;
    this.#operations[node] = operation;
    const depth = this.#depths[parent]! + 1;
    this.#depths[node] = depth;
    if (depth > this.#depths[this.#deepest]!) this.#deepest = node;
    return node;
  }

  /** The operations from the beginning to a node. */
  lineOf(node: number): number[] {
    const line: number[] = Array.from({ length: this.#depths[node]! }, () => 0);
    let place = line.length;
    for (let each = node; each !== 0; each = this.#parents[each]!) line[--place] = this.#operations[each]!;
    return line;
  }

  /** It has doubled since it was last swept. */
  get isCrowded(): boolean {
    return this.#count > this.#limit;
  }

  /** Keeps the lines of these nodes and the deepest, and rewrites the nodes to their new numbers. O(nodes). */
  sweep(nodes: Int32Array): void {
    const moved = new Int32Array(this.#count);
    this.#mark(this.#deepest, moved);
    for (const node of nodes) this.#mark(node, moved);
    let count = 1;
    for (let node = 1; node < this.#count; node++) {
      if (moved[node] === 0) continue;
      // Parents come first, so theirs is the new number already.
      this.#parents[count] = moved[this.#parents[node]!]!;
      this.#operations[count] = this.#operations[node]!;
      this.#depths[count] = this.#depths[node]!;
      moved[node] = count++;
    }
    this.#count = count;
    this.#limit = Math.max(firstLimit, 2 * count);
    this.#deepest = moved[this.#deepest]!;
    for (let position = 0; position < nodes.length; position++) nodes[position] = moved[nodes[position]!]!;
  }

  #mark(node: number, moved: Int32Array): void {
    for (let each = node; each !== 0 && moved[each] === 0; each = this.#parents[each]!) moved[each] = 1;
  }

  #resize(length: number): void {
    this.#parents = resized(this.#parents, length);
    this.#operations = resized(this.#operations, length);
    this.#depths = resized(this.#depths, length);
  }
}
