// By when a value must have left a container at the latest, because of what one other value did. For dealing removals of
// unknown outcome: one that begins later cannot have taken the value out.
import type { Lives } from "./container-lives.ts";
import { ReachTree } from "./reach-tree.ts";

export interface LatestRemovals {
  /** For each value that never left the last point at which its removal can have begun; `pointCount` without such a bound. */
  readonly latest: Int32Array;
  /** The value because of which; -1 without a bound. */
  readonly because: Int32Array;
}

/**
 * Value v lies on top of w if w was in for certain during the whole push of v; then v must be out before w. O(n log n).
 */
export function latestPops(lives: Lives<string>): LatestRemovals {
  const { inFrom, inBy, values } = lives;
  const places = [...values.keys()];
  const byEntry = places.toSorted((one, other) => inBy[one]! - inBy[other]!); // values are in bounds, here and below
  const departures = new Departures(lives);
  let next = 0;
  // Values are in order of `inFrom`.
  return departures.latest(places, (value) => {
    for (let other = byEntry[next]; other !== undefined && inBy[other]! < inFrom[value]!; other = byEntry[++next]) departures.add(other);
  });
}

/** In a priority queue, v must be out before a smaller value w if the poll of w began when v was in for certain. O(n log n). */
export function latestPolls(lives: Lives<number>): LatestRemovals {
  const ascending = [...lives.values.keys()].toSorted((one, other) => lives.values[one]! - lives.values[other]!);
  const departures = new Departures(lives);
  let next = 0;
  return departures.latest(ascending, (value) => {
    for (let other = ascending[next]; other !== undefined && other !== value; other = ascending[++next]) departures.add(other);
  });
}

/** When values left, for the question which of those that leave after some point has to go first. */
class Departures {
  readonly #lives: Lives<unknown>;
  /** By first point of the removal, counted from the end; reaching to its last point, counted likewise. */
  readonly #byRemoval: ReachTree;
  readonly #valueOfPlace: Int32Array;

  constructor(lives: Lives<unknown>) {
    this.#lives = lives;
    this.#byRemoval = new ReachTree(lives.pointCount + 1);
    this.#valueOfPlace = new Int32Array(lives.pointCount + 1);
  }

  add(value: number): void {
    const { pointCount, outFrom, outBy, remover } = this.#lives;
    if (remover[value]! < 0) return;
    const place = pointCount - outFrom[value]!;
    this.#valueOfPlace[place] = value;
    this.#byRemoval.set(place, pointCount - outBy[value]!);
  }

  /** Visits the values in the order given, after `prepare` has added those that are in their way. */
  latest(order: readonly number[], prepare: (value: number) => void): LatestRemovals {
    const { pointCount, inBy, outBy, remover } = this.#lives;
    const latest = new Int32Array(order.length).fill(pointCount);
    const because = new Int32Array(order.length).fill(-1);
    for (const value of order) {
      prepare(value);
      if (remover[value]! >= 0) continue;
      const place = this.#byRemoval.furthest(pointCount - inBy[value]! - 1);
      if (place < 0) continue;
      because[value] = this.#valueOfPlace[place]!;
      latest[value] = outBy[because[value]]!;
    }
    return { latest, because };
  }
}
