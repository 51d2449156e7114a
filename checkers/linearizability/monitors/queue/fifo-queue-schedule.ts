// A moment for every operation on a queue, or what stands against it. For the monitor of queues.
import type { QueueLives, QueueOperation } from "./fifo-queue-lives.ts";
import { none } from "./fifo-queue-lives.ts";
import { LeastFirst } from "../least-first.ts";
import { placesInOrder } from "../moments.ts";

/** Values in the order in which they go in and come out, with the moments at which they do. */
export interface QueueSchedule {
  readonly values: Int32Array;
  /** By place in `values`, neither ever falling. */
  readonly entered: Float64Array;
  readonly left: Float64Array;
}

/**
 * Undefined if two values overtake each other. Next comes a value that no other must precede at the entrance (a <= all b)
 * nor at the exit (c <= all d); of several the one with the least c. All enter as late and leave as early as the order allows.
 */
export function scheduleOf(lives: QueueLives): QueueSchedule | undefined {
  const { count, a, b, c, d } = lives;
  const [byStart, byEnd, byRelease, byExit] = [placesInOrder(a), placesInOrder(b), placesInOrder(c), placesInOrder(d)];
  const ranks = new Int32Array(count);
  for (let rank = 0; rank < count; rank++) ranks[byRelease[rank]!] = rank; // places and ranks are in bounds, here and below
  const ready = new LeastFirst(count);
  const isPlaced = new Uint8Array(count);
  const values = new Int32Array(count);
  let [nextStart, firstEnd, firstExit] = [0, 0, 0];
  for (let place = 0; place < count; place++) {
    // Not all are placed, so each of these stops at one that is not.
    while (isPlaced[byEnd[firstEnd]!] === 1) firstEnd++;
    while (isPlaced[byExit[firstExit]!] === 1) firstExit++;
    const bound = b[byEnd[firstEnd]!]!;
    while (nextStart < count && a[byStart[nextStart]!]! <= bound) ready.push(ranks[byStart[nextStart++]!]!);
    // Somebody is ready: no value is in before it goes in, so the one with the first b has a <= b.
    const value = byRelease[ready.pop()]!;
    if (c[value]! > d[byExit[firstExit]!]!) return undefined;
    isPlaced[value] = 1;
    values[place] = value;
  }
  return momentsOf(lives, values);
}

function momentsOf({ count, b, c }: QueueLives, values: Int32Array): QueueSchedule {
  const [entered, left] = [new Float64Array(count), new Float64Array(count)];
  let latest = Infinity;
  for (let place = count - 1; place >= 0; place--) {
    latest = Math.min(latest, b[values[place]!]!);
    entered[place] = latest;
  }
  let earliest = -Infinity;
  for (let place = 0; place < count; place++) {
    earliest = Math.max(earliest, c[values[place]!]!, entered[place]!);
    left[place] = earliest;
  }
  return { values, entered, left };
}

/**
 * The first moment from `start` on at which nothing is in the queue; Infinity if there is none. What enters at the moment
 * at which the last one leaves comes after it. O(log n).
 */
export class EmptyMoments {
  /** Maximal times during which something is in, disjoint and in order. */
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #count: number;

  constructor({ values, entered, left }: QueueSchedule) {
    this.#from = new Float64Array(values.length);
    this.#to = new Float64Array(values.length);
    let count = 0;
    for (let place = 0; place < values.length; place++) {
      const [from, to] = [entered[place]!, left[place]!]; // places are in bounds
      if (from >= to) continue;
      // Neither column ever falls, so times that overlap are neighbours.
      if (count > 0 && from < this.#to[count - 1]!) this.#to[count - 1] = to;
      else [this.#from[count], this.#to[count++]] = [from, to];
    }
    this.#count = count;
  }

  firstFrom(start: number): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#from[middle]! < start)
        low = middle + 1; // middle is in bounds
      else high = middle;
    }
    const to = this.#to[low - 1];
    return to !== undefined && start < to ? to : start;
  }
}

/**
 * The linearization: at one moment the values come in their order, each before it leaves, and then the empties, whose moments
 * are given. Values that never leave come after all others.
 */
export function linearizationOf(
  lives: QueueLives,
  schedule: QueueSchedule,
  empties: { readonly positions: Int32Array; readonly moments: Float64Array },
): number[] {
  const { values, entered, left } = schedule;
  const emptiesInOrder = placesInOrder(empties.moments);
  // Nobody leaves after one that stays: such an order would have been refused, or dealt the other way round.
  const leavingCount = lives.dequeues.reduce((count, dequeue) => (dequeue === none ? count : count + 1), 0);
  const order: number[] = [];
  let [into, out, empty] = [0, 0, 0];
  const emptiesBefore = (moment: number): void => {
    // Non-null in all loops: places are in bounds.
    while (empty < emptiesInOrder.length && empties.moments[emptiesInOrder[empty]!]! < moment) order.push(empties.positions[emptiesInOrder[empty++]!]!);
  };
  while (into < values.length || out < leavingCount) {
    const isLeaving = out < leavingCount && out < into && (into === values.length || left[out]! <= entered[into]!);
    emptiesBefore(isLeaving ? left[out]! : entered[into]!);
    order.push(isLeaving ? lives.dequeues[values[out++]!]! : lives.enqueues[values[into++]!]!);
  }
  emptiesBefore(Infinity);
  return order;
}

/** Whether no dequeue comes after its completion. */
export function isInTime({ dequeues }: QueueLives, { values, left }: QueueSchedule, operations: readonly QueueOperation[]): boolean {
  return values.every((value, place) => left[place]! <= (operations[dequeues[value]!]?.completedIndex ?? Infinity)); // places and values are in bounds
}
