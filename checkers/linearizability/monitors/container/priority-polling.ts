// One attempt to give every poll of a priority queue its moment. For its monitor.
//
// A value can be polled while no greater one is in. Greatest first, each is polled at the first point of its interval at
// which no greater value is *certainly* in (Lee and Mathur 2025, section on priority queues). That is exact: a greater value
// w, certainly in up to c, may be polled only at a later point q; but then values greater than w are certainly in at all
// points from c to before q, and those exclude the smaller one anyway. Inserted as late as possible, w is in at no point at
// which neither w nor anything greater is certainly in.
//
// At one point the polls come first, greatest first, each after its own insert if that is not over yet; then polls that
// found nothing, at a point at which no value is certainly in; then the inserts of what stays in beyond the point.
import type { Lives } from "./container-lives.ts";
import { CriticalIntervals } from "./critical-intervals.ts";
import type { Conflict, Dealing } from "./dealing.ts";
import { LinearOrder } from "./linear-order.ts";

/** A linearization (positions), or undefined if there is none whatever the dealing allows. O(n log n) without conflicts. */
export function pollLives(lives: Lives<number>, dealing: Dealing): readonly number[] | undefined {
  const places = new Int32Array(lives.values.length).map((_, place) => place);
  const ranking = places.toSorted((one, other) => lives.values[other]! - lives.values[one]!); // in bounds
  const deals = new Map<number, number>();
  while (dealing.begin()) {
    const polling = new PriorityPolling(lives, { ranking, dealing, deals });
    const order = polling.run();
    if (order !== "again") return order;
  }
  return undefined;
}

interface PollingOptions {
  /** The values, greatest first. */
  readonly ranking: Int32Array;
  readonly dealing: Dealing;
  /** What was dealt in earlier rounds of this attempt; new deals are added. */
  readonly deals: Map<number, number>;
}

class PriorityPolling {
  readonly #lives: Lives<number>;
  readonly #options: PollingOptions;
  readonly #critical: CriticalIntervals;
  readonly #pollAt: Int32Array;
  readonly #emptyAt: number[] = [];
  /** A value that was placed as one that stays has been dealt a poll, which has yet to find its moment. */
  #isOutdated = false;

  constructor(lives: Lives<number>, options: PollingOptions) {
    this.#lives = lives;
    this.#options = options;
    this.#critical = new CriticalIntervals(lives);
    for (const [value, removal] of options.deals) this.#critical.takeOut(value, removal);
    this.#pollAt = new Int32Array(lives.values.length);
  }

  run(): readonly number[] | "again" | undefined {
    for (const value of this.#options.ranking) {
      if (this.#critical.remover[value]! >= 0 && !this.#placePoll(value)) return undefined; // values are in bounds, here and below
      this.#critical.include(value);
    }
    for (const position of this.#lives.empties) if (!this.#placeEmpty(position)) return undefined;
    return this.#isOutdated ? "again" : this.#order();
  }

  #placePoll(value: number): boolean {
    const point = this.#place(this.#critical.outFrom[value]!, this.#critical.outBy[value]!, { values: [value], empties: [] });
    this.#pollAt[value] = point;
    return point >= 0;
  }

  #placeEmpty(position: number): boolean {
    const point = this.#place(position, this.#lives.ends[position]!, { values: [], empties: [position] });
    this.#emptyAt.push(point);
    return point >= 0;
  }

  /** The first point at which nothing included is certainly in; -1 if there is none, even with more dealt. */
  #place(from: number, to: number, who: Pick<Conflict, "values" | "empties">): number {
    for (;;) {
      const point = this.#critical.cover.firstFree(from);
      if (point >= 0 && point <= to) return point;
      const blockers = this.#critical.covering(from, to);
      const candidates = blockers.filter((value) => this.#lives.remover[value]! < 0).map((value) => ({ value, deadline: to }));
      const deal = this.#options.dealing.choose({ ...who, values: [...who.values, ...blockers], candidates });
      if (deal === undefined) return -1;
      this.#critical.takeOut(deal.value, deal.removal);
      this.#options.deals.set(deal.value, deal.removal);
      this.#isOutdated = true;
    }
  }

  #order(): readonly number[] {
    const { inFrom, inBy, pointCount } = this.#lives;
    const { remover } = this.#critical;
    const order = new LinearOrder(pointCount);
    for (const value of this.#options.ranking) {
      if (remover[value]! < 0) continue;
      const point = this.#pollAt[value]!;
      if (inBy[value]! >= point) order.append(point, inFrom[value]!);
      order.append(point, remover[value]!);
    }
    for (const [index, position] of this.#lives.empties.entries()) order.append(this.#emptyAt[index]!, position);
    for (const value of this.#options.ranking) if (remover[value]! < 0 || inBy[value]! < this.#pollAt[value]!) order.append(inBy[value]!, inFrom[value]!);
    return order.positions();
  }
}
