// One attempt to nest the lives of all values of a stack. For its monitor.
//
// What is pushed first onto the empty stack has nothing below it: at its push, and at its pop, no other value may certainly
// be in. The converse holds too, which makes a greedy algorithm exact (Lee and Mathur 2025, "Efficient decrease-and-conquer
// linearizability monitoring", section on stacks): let x <= y be points of the intervals of push and pop of a value v at
// which no other value is certainly in. Every other value is then certainly in only before x, between x and y, or after y.
// Given any linearization of the others, move each operation to the nearest end of its part if it lies outside: order and
// intervals are kept. So "what is before x, push v, what is between, pop v, what is after y" is a linearization.
//
// For the order itself nothing more is needed than x and y of every value, and when it was removed. Points already used are
// free for good, so with x the last free point before the push must be over and y the first one after the pop may begin,
// no value reaches over the ends of the part it is in. At one point the pops come first, those of inner values (removed
// later) before those of outer ones, then the pushes, outer ones first. Points that were free from the beginning have the
// stack empty between the pops and the pushes; there the pops that found nothing have their place.
import type { Lives } from "./container-lives.ts";
import { CriticalIntervals } from "./critical-intervals.ts";
import type { Candidate, Conflict, Dealing } from "./dealing.ts";
import { LinearOrder } from "./linear-order.ts";
import { PointSet } from "./point-set.ts";
import { ReachTree } from "./reach-tree.ts";

/** A linearization (positions), or undefined if there is none whatever the dealing allows. O(n log n) without conflicts. */
export function nestLives(lives: Lives<string>, dealing: Dealing): readonly number[] | undefined {
  return dealing.begin() ? new StackNesting(lives, dealing).run() : undefined;
}

/** How many members of a conflict are tried as the start of a smaller one. */
const mostStarts = 8;
/** Above so many members nothing smaller is looked for. */
const largeConflict = 256;
/** Among how many members of a conflict one is looked for that blocks the next. */
const mostFamiliar = 16;

interface Blockers {
  readonly blockers: readonly number[];
  /** If none of them is out by this point, it is too late. */
  readonly deadline: number;
  readonly isKnown: boolean;
}

const noBlockers: Blockers = { blockers: [], deadline: 0, isKnown: true };

class StackNesting {
  readonly #lives: Lives<string>;
  readonly #dealing: Dealing;
  readonly #critical: CriticalIntervals;
  readonly #free: PointSet;
  /** Pushes not yet free, by first point; and pops. */
  readonly #pushes: ReachTree;
  readonly #pops: ReachTree;
  readonly #valueOfPush: Int32Array;
  readonly #valueOfPop: Int32Array;
  /** 1: the push has a free point; 2: the pop has one or needs none; 4: fleeting, or removed. */
  readonly #state: Uint8Array;
  readonly #ready: number[] = [];
  readonly #removed: number[] = [];
  /** Point of each removed value's push and pop. */
  readonly #pushAt: Int32Array;
  readonly #popAt: Int32Array;
  readonly #emptyAt: number[] = [];
  #waitingCount = 0;
  /** No value before this one waits. */
  #firstWaiting = 0;

  constructor(lives: Lives<string>, dealing: Dealing) {
    const { pointCount, values } = lives;
    this.#lives = lives;
    this.#dealing = dealing;
    this.#critical = new CriticalIntervals(lives);
    this.#free = new PointSet(pointCount);
    this.#pushes = new ReachTree(pointCount);
    this.#pops = new ReachTree(pointCount);
    this.#valueOfPush = new Int32Array(pointCount);
    this.#valueOfPop = new Int32Array(pointCount);
    this.#state = new Uint8Array(values.length);
    this.#pushAt = new Int32Array(values.length);
    this.#popAt = new Int32Array(values.length).fill(pointCount);
  }

  run(): readonly number[] | undefined {
    for (let value = 0; value < this.#state.length; value++) this.#enter(value);
    for (const position of this.#lives.empties) if (!this.#placeEmpty(position)) return undefined;
    for (;;) {
      this.#freePoints();
      const value = this.#ready.pop();
      if (value !== undefined) this.#remove(value);
      else if (this.#waitingCount === 0) return this.#order();
      else if (!this.#resolve(this.#blocked())) return undefined;
    }
  }

  #enter(value: number): void {
    const critical = this.#critical;
    if (critical.isFleeting(value)) {
      this.#state[value] = 4;
      return;
    }
    this.#waitingCount++;
    critical.include(value);
    const push = this.#lives.inFrom[value]!; // values are in bounds, here and below
    this.#pushes.set(push, this.#lives.inBy[value]!);
    this.#valueOfPush[push] = value;
    if (critical.remover[value]! < 0) this.#state[value] = 2;
    else this.#awaitPop(value);
  }

  #awaitPop(value: number): void {
    const pop = this.#critical.outFrom[value]!;
    this.#pops.set(pop, this.#critical.outBy[value]!);
    this.#valueOfPop[pop] = value;
  }

  /** A pop that found nothing needs a point at which no value at all is certainly in. */
  #placeEmpty(position: number): boolean {
    for (;;) {
      const point = this.#critical.cover.firstFree(position);
      const end = this.#lives.ends[position]!;
      if (point >= 0 && point <= end) {
        this.#emptyAt.push(point);
        return true;
      }
      const values = this.#critical.covering(position, end);
      if (!this.#resolve({ values, empties: [position], candidates: this.#candidates(values, end) })) return false;
    }
  }

  /** Takes note of all points that no waiting value covers any more, and of the pushes and pops that they free. */
  #freePoints(): void {
    for (let point = this.#critical.cover.takeFree(); point >= 0; point = this.#critical.cover.takeFree()) {
      this.#free.add(point);
      for (let push = this.#pushes.reaching(point, point); push >= 0; push = this.#pushes.reaching(point, point)) {
        this.#pushes.set(push, -1);
        this.#mark(this.#valueOfPush[push]!, 1);
      }
      for (let pop = this.#pops.reaching(point, point); pop >= 0; pop = this.#pops.reaching(point, point)) {
        this.#pops.set(pop, -1);
        this.#mark(this.#valueOfPop[pop]!, 2);
      }
    }
  }

  #mark(value: number, flag: number): void {
    this.#state[value]! |= flag;
    if (this.#state[value] === 3) this.#ready.push(value);
  }

  #remove(value: number): void {
    this.#state[value] = 4;
    this.#waitingCount--;
    this.#removed.push(value);
    this.#pushAt[value] = this.#free.atOrBefore(this.#lives.inBy[value]!);
    if (this.#critical.remover[value]! >= 0) this.#popAt[value] = this.#free.atOrAfter(this.#critical.outFrom[value]!);
    this.#critical.exclude(value);
  }

  /** Changes something that may resolve a conflict, if anything can. */
  #resolve(conflict: Conflict): boolean {
    const deal = this.#dealing.choose(conflict);
    if (deal === undefined) return false;
    const { value } = deal;
    const critical = this.#critical;
    // It may have been dealt a later pop before.
    if (critical.remover[value]! >= 0) this.#pops.set(critical.outFrom[value]!, -1);
    critical.takeOut(value, deal.removal);
    if (critical.isFleeting(value)) {
      critical.exclude(value);
      this.#pushes.set(this.#lives.inFrom[value]!, -1);
      this.#state[value] = 4;
      this.#waitingCount--;
      return true;
    }
    this.#state[value]! &= ~2;
    // Where the value has been in the way until now nothing is free; but a pop that is moved leaves free points behind it.
    if (this.#free.atOrAfter(critical.outFrom[value]!) >= 0) this.#mark(value, 2);
    else this.#awaitPop(value);
    return true;
  }

  /** Waiting values that block each other: of each the push or the pop has every point covered by others of them. */
  #blocked(): Conflict {
    while (this.#state[this.#firstWaiting] === 4) this.#firstWaiting++;
    let fewest = this.#blockedWith(this.#firstWaiting);
    if (fewest.values.length > largeConflict) return fewest;
    for (const value of fewest.values.slice(1, mostStarts)) {
      const conflict = this.#blockedWith(value);
      if (conflict.values.length < fewest.values.length) fewest = conflict;
    }
    return fewest;
  }

  #blockedWith(start: number): Conflict {
    const values = [start];
    const known = new Set(values);
    const deadlines = new Map<number, number>();
    // The list grows while it is walked.
    for (const value of values) {
      const { blockers, deadline } = this.#blockersOf(value, values);
      for (const blocker of blockers) {
        deadlines.set(blocker, Math.max(deadline, deadlines.get(blocker) ?? 0));
        if (known.has(blocker)) continue;
        known.add(blocker);
        values.push(blocker);
      }
    }
    const candidates = values.flatMap((value) => this.#candidates([value], deadlines.get(value) ?? this.#lives.pointCount));
    return { values, empties: [], candidates };
  }

  /** Values that leave no point to the push or the pop of a value: a known one if possible, else the fewer the better. */
  #blockersOf(value: number, known: readonly number[]): Blockers {
    const { inFrom, inBy } = this.#lives;
    const { outFrom, outBy } = this.#critical;
    const state = this.#state[value]!;
    const push = (state & 1) === 0 ? this.#blockersBetween(inFrom[value]!, inBy[value]!, known) : undefined;
    if (push?.isKnown === true) return push;
    const pop = (state & 2) === 0 ? this.#blockersBetween(outFrom[value]!, outBy[value]!, known) : undefined;
    if (push === undefined || pop?.isKnown === true) return pop ?? noBlockers;
    return pop === undefined || push.blockers.length <= pop.blockers.length ? push : pop;
  }

  #blockersBetween(from: number, to: number, known: readonly number[]): Blockers {
    const familiar = known.slice(0, mostFamiliar).find((value) => this.#lives.inBy[value]! < from && this.#critical.outFrom[value]! > to);
    const blockers = familiar === undefined ? this.#critical.covering(from, to) : [familiar];
    return { blockers, deadline: to, isKnown: familiar !== undefined };
  }

  #candidates(values: readonly number[], deadline: number): Candidate[] {
    return values.filter((value) => this.#lives.remover[value]! < 0).map((value) => ({ value, deadline }));
  }

  #order(): readonly number[] {
    const { inFrom, values, pointCount } = this.#lives;
    const { remover, outFrom } = this.#critical;
    const order = new LinearOrder(pointCount);
    for (let value = 0; value < values.length; value++) {
      // What was removed has its turn below.
      if (!this.#critical.isFleeting(value)) continue;
      order.append(outFrom[value]!, inFrom[value]!);
      if (remover[value]! >= 0) order.append(outFrom[value]!, remover[value]!);
    }
    for (const value of this.#removed.toReversed()) if (remover[value]! >= 0) order.append(this.#popAt[value]!, remover[value]!);
    for (const [index, position] of this.#lives.empties.entries()) order.append(this.#emptyAt[index]!, position);
    for (const value of this.#removed) order.append(this.#pushAt[value]!, inFrom[value]!);
    return order.positions();
  }
}
