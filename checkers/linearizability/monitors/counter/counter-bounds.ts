// Refutes counters with any amounts, in O(n log n). For histories that are wrong beyond doubt; the rest is a matter of
// subset sums, and left to the search.
//
// A value is at least the sum of the positive adds that completed before its reader began and of the negative ones that
// began before it ended, and at most the same with signs exchanged (the checker of Jepsen's counter tests, for adds of both
// signs). And where nothing is ever subtracted, a value that was seen is not above one whose reader began later.
import type { Operation } from "../../../../harness/operation.ts";
import type { Monitor } from "../../model.ts";
import type { CounterInput, CounterOutput } from "../../models/counter-operation.ts";
import { placesInOrder } from "../moments.ts";

type CounterOperation = Operation<CounterInput, CounterOutput>;

/** Never answers `valid`. */
export const counterBounds: Monitor<CounterInput, CounterOutput> = {
  name: "counter bounds",
  precondition: "a value is out of its bounds",
  decide(operations) {
    const total = operations.reduce((sum, { input }) => sum + (input.f === "add" ? Math.abs(input.amount) : 0), 0);
    if (!Number.isSafeInteger(total) || operations.some(({ input }) => input.f === "add" && !Number.isInteger(input.amount)))
      return { verdict: "inapplicable", why: "the amounts are not small whole numbers" };
    const suspects = new Bounds(operations).suspects();
    return suspects === undefined ? { verdict: "inapplicable", why: "no value is out of its bounds, which proves nothing" } : { verdict: "invalid", suspects };
  },
};

/** A value seen; for an add that answered, after it. */
interface Seen {
  readonly position: number;
  readonly value: number;
  /** Its own amount; 0 for a read. */
  readonly own: number;
  readonly start: number;
  readonly end: number;
}

class Bounds {
  readonly #operations: readonly CounterOperation[];
  readonly #completed: Sums;
  readonly #begun: Sums;
  readonly #hasAdded: boolean;
  readonly #hasSubtracted: boolean;

  constructor(operations: readonly CounterOperation[]) {
    this.#operations = operations;
    const adds = [...operations.keys()].filter((position) => operations[position]?.input.f === "add");
    const completed = adds.filter((position) => operations[position]?.type === "ok");
    const ends = Float64Array.from(completed, (position) => operations[position]?.completedIndex ?? Infinity);
    const byEnd = Array.from(placesInOrder(ends), (place) => completed[place] ?? 0);
    this.#completed = new Sums(byEnd, (position) => ({ at: operations[position]?.completedIndex ?? Infinity, amount: this.#amountOf(position) }));
    this.#begun = new Sums(adds, (position) => ({ at: operations[position]?.invokedIndex ?? Infinity, amount: this.#amountOf(position) }));
    this.#hasAdded = adds.some((position) => this.#amountOf(position) > 0);
    this.#hasSubtracted = adds.some((position) => this.#amountOf(position) < 0);
  }

  /** Operations that contradict each other by themselves, if there are any. */
  suspects(): readonly number[] | undefined {
    const seen = this.#seen();
    for (const each of seen) {
      const excess = this.#excess(each);
      if (excess !== undefined) return excess;
    }
    return (this.#hasSubtracted ? undefined : this.#turn(seen, 1)) ?? (this.#hasAdded ? undefined : this.#turn(seen, -1));
  }

  #seen(): Seen[] {
    return this.#operations.flatMap(({ input, output, type, invokedIndex, completedIndex }, position) =>
      type === "ok" && typeof output === "number"
        ? [{ position, value: output, own: input.f === "add" ? input.amount : 0, start: invokedIndex, end: completedIndex }]
        : [],
    );
  }

  #amountOf(position: number): number {
    const input = this.#operations[position]?.input;
    return input?.f === "add" ? input.amount : 0;
  }

  /** The value and as few adds as put it out of its bounds. */
  #excess({ position, value, own, start, end }: Seen): readonly number[] | undefined {
    const [certain, possible] = [this.#completed.until(start, { isBefore: true }), this.#begun.until(end, { isBefore: false })];
    const least = possible.negative + Math.max(own, 0);
    const most = possible.positive + Math.min(own, 0);
    if (value < least + certain.positive) return [position, ...this.#fewest(certain.count, { sign: 1, sum: value - least })];
    if (value > most + certain.negative) return [position, ...this.#fewest(certain.count, { sign: -1, sum: most - value })];
    return undefined;
  }

  /** Of the first completed adds the largest of one sign that together exceed a sum; none if it is negative. */
  #fewest(count: number, { sign, sum }: { readonly sign: 1 | -1; readonly sum: number }): number[] {
    const candidates = this.#completed.positions.slice(0, count).filter((position) => this.#amountOf(position) * sign > 0);
    candidates.sort((one, other) => (this.#amountOf(other) - this.#amountOf(one)) * sign);
    const fewest: number[] = [];
    for (let [index, rest] = [0, sum]; rest >= 0 && index < candidates.length; index++) {
      const position = candidates[index] ?? 0;
      fewest.push(position);
      rest -= Math.abs(this.#amountOf(position));
    }
    return fewest;
  }

  /** Of two values the later one, which is farther from what all adds of this sign lead to. */
  #turn(seen: readonly Seen[], sign: 1 | -1): readonly number[] | undefined {
    const byEnd = placesInOrder(Float64Array.from(seen, ({ end }) => end));
    let [ended, farthest]: [number, Seen | undefined] = [0, undefined];
    for (const each of seen) {
      for (let other = seen[byEnd[ended] ?? -1]; other !== undefined && other.end < each.start; other = seen[byEnd[++ended] ?? -1])
        if (farthest === undefined || other.value * sign > farthest.value * sign) farthest = other;
      if (farthest !== undefined && (each.value - each.own) * sign < farthest.value * sign) return [farthest.position, each.position];
    }
    return undefined;
  }
}

interface Sum {
  readonly count: number;
  readonly positive: number;
  readonly negative: number;
}

/** Sums of amounts up to a moment. */
class Sums {
  readonly positions: readonly number[];
  readonly #moments: Float64Array;
  readonly #positive: Float64Array;
  readonly #negative: Float64Array;

  /** In order of `at`. */
  constructor(positions: readonly number[], of: (position: number) => { readonly at: number; readonly amount: number }) {
    this.positions = positions;
    this.#moments = new Float64Array(positions.length);
    this.#positive = new Float64Array(positions.length + 1);
    this.#negative = new Float64Array(positions.length + 1);
    for (const [index, position] of positions.entries()) {
      const { at, amount } = of(position);
      this.#moments[index] = at;
      this.#positive[index + 1] = this.#positive[index]! + Math.max(amount, 0); // in bounds
      this.#negative[index + 1] = this.#negative[index]! + Math.min(amount, 0);
    }
  }

  /** Of everything up to the moment, or before it. O(log n). */
  until(moment: number, { isBefore }: { readonly isBefore: boolean }): Sum {
    let [low, high] = [0, this.#moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#moments[middle]!; // in bounds
      if (at < moment || (at === moment && !isBefore)) low = middle + 1;
      else high = middle;
    }
    return { count: low, positive: this.#positive[low]!, negative: this.#negative[low]! }; // one longer than the moments
  }
}
