// Deals values that never came out to dequeues of unknown outcome. For the monitor of queues.
import { none } from "./fifo-queue-lives.ts";
import type { QueueLives, QueueOperation } from "./fifo-queue-lives.ts";
import { placesInOrder } from "../moments.ts";

/**
 * As if every dequeue of unknown outcome could come at any time from its invocation on: in order of invocation to the values
 * that stayed in, in order of completion. Then no other deal explains more: a value that was put in earlier has to leave
 * earlier, whatever the deal.
 */
export function dealt(lives: QueueLives, lost: Int32Array, operations: readonly QueueOperation[]): QueueLives {
  if (lost.length === 0) return lives;
  const dealing = copied(lives);
  for (const [index, value] of staying(lives).entries()) {
    const dequeue = lost[index];
    if (dequeue === undefined) break;
    dealing.dequeues[value] = dequeue;
    dealing.c[value] = Math.max(operations[dequeue]?.invokedIndex ?? 0, lives.a[value] ?? 0);
  }
  return dealing;
}

/** Likewise, but no value is dealt to a dequeue that was over before it came, and those that get one have to take it in time. */
export function dealtInTime(lives: QueueLives, lost: Int32Array, operations: readonly QueueOperation[]): QueueLives {
  const dealing = copied(lives);
  let next = 0;
  for (const value of staying(lives)) {
    const came = lives.a[value] ?? 0;
    while (next < lost.length && (operations[lost[next] ?? none]?.completedIndex ?? 0) < came) next++;
    const dequeue = lost[next++];
    if (dequeue === undefined) break;
    const { invokedIndex, completedIndex } = operations[dequeue] ?? { invokedIndex: 0, completedIndex: 0 };
    dealing.dequeues[value] = dequeue;
    dealing.c[value] = Math.max(invokedIndex, came);
    dealing.b[value] = Math.min(lives.b[value] ?? 0, completedIndex);
  }
  return dealing;
}

/** The values that stayed in, in order of the completion of their enqueues. */
function staying({ count, dequeues, b }: QueueLives): number[] {
  const values: number[] = [];
  for (let value = 0; value < count; value++) if (dequeues[value] === none) values.push(value);
  return Array.from(placesInOrder(Float64Array.from(values, (value) => b[value] ?? 0)), (place) => values[place] ?? none);
}

function copied(lives: QueueLives): QueueLives {
  return { ...lives, dequeues: lives.dequeues.slice(), b: lives.b.slice(), c: lives.c.slice() };
}
