// When values of a container are in it for certain: after their insertion must be over and before their removal may begin.
// For monitors that look for moments free of them, or else for the values in the way.
import { assert } from "../../../../harness/errors.ts";
import type { Lives } from "./container-lives.ts";
import { CoverTree } from "./cover-tree.ts";
import { ReachTree } from "./reach-tree.ts";

/** The lives of one attempt to explain a history: removals of unknown outcome may be dealt to values that never left. */
export class CriticalIntervals {
  readonly cover: CoverTree;
  readonly outFrom: Int32Array;
  readonly outBy: Int32Array;
  readonly remover: Int32Array;
  readonly #lives: Lives<unknown>;
  readonly #isIncluded: Uint8Array;
  /** Included values in order of `inBy`, reaching to `outFrom`; only made when something is in the way. */
  #byEntry: EntryOrder | undefined;

  /** None is included. */
  constructor(lives: Lives<unknown>) {
    this.#lives = lives;
    this.cover = new CoverTree(lives.pointCount);
    this.outFrom = lives.outFrom.slice();
    this.outBy = lives.outBy.slice();
    this.remover = lives.remover.slice();
    this.#isIncluded = new Uint8Array(lives.values.length);
  }

  /** No operation begins while the value is certainly in: it can go in and out at one moment, whatever else is in. */
  isFleeting(value: number): boolean {
    return this.outFrom[value]! - this.#lives.inBy[value]! <= 1; // values are in bounds, here and below
  }

  include(value: number): void {
    this.#isIncluded[value] = 1;
    this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]! - 1, 1);
    this.#byEntry?.set(value, this.outFrom[value]!);
  }

  exclude(value: number): void {
    this.#isIncluded[value] = 0;
    this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]! - 1, -1);
    this.#byEntry?.set(value, -1);
  }

  /** Lets a value that never left be taken out by an operation (position). */
  takeOut(value: number, operation: number): void {
    const wasIncluded = this.#isIncluded[value] === 1;
    if (wasIncluded) this.exclude(value);
    this.remover[value] = operation;
    this.outFrom[value] = Math.max(operation, this.#lives.inFrom[value]!);
    this.outBy[value] = this.#lives.ends[operation]!;
    if (wasIncluded) this.include(value);
  }

  /** As few included values as possible that together leave none of the points free. They must do so. O(result log n). */
  covering(from: number, to: number): number[] {
    this.#byEntry ??= this.#entryOrder();
    const values: number[] = [];
    for (let point = from; point <= to;) {
      const value = this.#byEntry.furthest(point);
      values.push(value);
      assert((this.outFrom[value] ?? 0) > point, "every point is covered");
      point = this.outFrom[value]!;
    }
    return values;
  }

  #entryOrder(): EntryOrder {
    const order = new EntryOrder(this.#lives);
    for (let value = 0; value < this.#isIncluded.length; value++) if (this.#isIncluded[value] === 1) order.set(value, this.outFrom[value]!);
    return order;
  }
}

/** Values by the last point of their entry. */
class EntryOrder {
  /** How many values have entered before each point for certain. */
  readonly #enteredBefore: Int32Array;
  readonly #places: Int32Array;
  readonly #values: Int32Array;
  readonly #reach: ReachTree;

  constructor({ pointCount, inBy }: Lives<unknown>) {
    const before = new Int32Array(pointCount + 1);
    for (const point of inBy) before[point + 1]!++;
    for (let point = 0; point < pointCount; point++) before[point + 1]! += before[point]!;
    this.#enteredBefore = before;
    this.#places = new Int32Array(inBy.length);
    this.#values = new Int32Array(inBy.length);
    this.#reach = new ReachTree(inBy.length);
    const next = before.slice();
    for (let value = 0; value < inBy.length; value++) {
      const place = next[inBy[value]!]!++;
      this.#places[value] = place;
      this.#values[place] = value;
    }
  }

  set(value: number, reach: number): void {
    this.#reach.set(this.#places[value]!, reach);
  }

  /** Of those that entered before a point the one that stays longest. */
  furthest(point: number): number {
    return this.#values[this.#reach.furthest(this.#enteredBefore[point]! - 1)]!;
  }
}
