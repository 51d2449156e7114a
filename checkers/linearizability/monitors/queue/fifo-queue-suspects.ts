// The few values of a queue that contradict each other. For the monitor of queues, once it knows that some do.
import { none } from "./fifo-queue-lives.ts";
import type { QueueLives } from "./fifo-queue-lives.ts";
import { placesInOrder } from "../moments.ts";

/**
 * The operations on two values of which one certainly went in first and the other certainly came out first; empty if there
 * are none such. O(n log n).
 */
export function overtakingPair(lives: QueueLives): number[] {
  const { count, a, b, c, d } = lives;
  const byEnd = placesInOrder(b);
  // By place in `byEnd`: of the values so far the one that came out last.
  const latest = new Int32Array(count);
  for (let place = 0; place < count; place++) {
    const [value, before] = [byEnd[place]!, latest[place - 1] ?? none]; // place is in bounds
    latest[place] = before !== none && c[before]! >= c[value]! ? before : value;
  }
  for (let value = 0; value < count; value++) {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (b[byEnd[middle]!]! < a[value]!)
        low = middle + 1; // middle is in bounds
      else high = middle;
    }
    const overtaken = latest[low - 1] ?? none;
    if (overtaken !== none && d[value]! < c[overtaken]!) return [...operationsOn(lives, overtaken), ...operationsOn(lives, value)];
  }
  return [];
}

/**
 * The operations on as few values as possible of which at any moment between `start` and `end` one was certainly in; empty
 * if there are none such. O(n log n).
 */
export function coveringChain(lives: QueueLives, start: number, end: number): number[] {
  const { count, b, c } = lives;
  const byEntry = placesInOrder(b);
  const chain: number[] = [];
  let [covered, place] = [start, 0];
  while (covered <= end) {
    let furthest = none;
    for (; place < count && b[byEntry[place]!]! < covered; place++) {
      const value = byEntry[place]!; // place is in bounds
      if (furthest === none || c[value]! > c[furthest]!) furthest = value;
    }
    if (furthest === none || c[furthest]! <= covered) return [];
    covered = c[furthest]!;
    chain.push(...operationsOn(lives, furthest));
  }
  return chain;
}

function operationsOn({ enqueues, dequeues }: QueueLives, value: number): number[] {
  return [enqueues[value] ?? none, dequeues[value] ?? none].filter((position) => position !== none);
}
