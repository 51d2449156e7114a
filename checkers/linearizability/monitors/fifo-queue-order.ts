// Decides FIFO queues whose enqueued values are all distinct, with dequeues that found the queue empty and with operations
// of unknown outcome, in O(n log n). No search that remembers states can do that: their number explodes with the clients.
//
// With distinct values every dequeue names its enqueue. Henzinger, Sezgin and Vafeiadis 2013 ("Aspect-oriented
// linearizability proofs") list what can go wrong: a value from nowhere or twice, two values overtaking each other, an
// "empty" while something was in. Two additions of ours: an enqueue of unknown outcome counts iff its value came out,
// and dequeues of unknown outcome are dealt the values that never came out, earliest enqueued first, which is the best
// for both order and emptiness.
import type { Operation } from "../../../harness/operation.ts";
import type { QueueInput, QueueOutput } from "../models/fifo-queue-operation.ts";
import type { Monitor, MonitorAnswer } from "../model.ts";
import { mergedSpans, spanAround } from "./spans.ts";
import type { Span } from "./spans.ts";
import { MinimumHeap } from "./minimum-heap.ts";

type QueueOperation = Operation<QueueInput, QueueOutput>;

export const fifoQueueOrder: Monitor<QueueInput, QueueOutput> = { name: "queue order", precondition: "every value is enqueued once", decide };

/** The life of one value: put in during [a, b], taken out during [c, d]; Infinity if never. Tightened: b <= d, c >= a. */
interface Value {
  readonly enqueue: number;
  dequeue: number | undefined;
  readonly a: number;
  b: number;
  c: number;
  d: number;
}

function decide(operations: readonly QueueOperation[]): MonitorAnswer {
  const values = new Map<string, Value>();
  const empties: number[] = [];
  const lost: number[] = [];
  for (const [position, { input, invokedIndex, completedIndex }] of operations.entries()) {
    if (input.f !== "enqueue") continue;
    if (values.has(input.value)) return { verdict: "inapplicable", why: `value ${input.value} is enqueued twice` };
    values.set(input.value, { enqueue: position, dequeue: undefined, a: invokedIndex, b: completedIndex, c: Infinity, d: Infinity });
  }
  for (const [position, operation] of operations.entries()) {
    const { input, output, type } = operation;
    if (input.f !== "dequeue") continue;
    if (type !== "ok" || output === undefined) lost.push(position);
    else if (output === null) empties.push(position);
    else {
      const conflict = takeOut(values.get(output), position, operation);
      if (conflict !== undefined) return { verdict: "invalid", suspects: conflict };
    }
  }
  const lives = [...values.values()].filter((value) => value.dequeue !== undefined || operations[value.enqueue]?.type === "ok");
  dealLost(lives, lost, operations);
  const order = orderOf(lives);
  if ("suspects" in order) return order;
  return placeAll(order.values, empties, operations);
}

/** Notes the dequeue of a value, or answers what contradicts it. */
function takeOut(value: Value | undefined, position: number, { invokedIndex, completedIndex }: QueueOperation): number[] | undefined {
  if (value === undefined) return [position];
  if (value.dequeue !== undefined) return [value.enqueue, value.dequeue, position];
  if (completedIndex < value.a) return [value.enqueue, position];
  value.dequeue = position;
  value.c = Math.max(invokedIndex, value.a);
  value.d = completedIndex;
  value.b = Math.min(value.b, value.d);
  return undefined;
}

/** Deals the dequeues of unknown outcome, in order of invocation, to the values that stayed in, in order of completion. */
function dealLost(lives: readonly Value[], lost: readonly number[], operations: readonly QueueOperation[]): void {
  const staying = lives.filter((value) => value.dequeue === undefined).toSorted((one, other) => one.b - other.b);
  for (const [index, position] of lost.entries()) {
    const value = staying[index];
    if (value === undefined) return;
    value.dequeue = position;
    value.c = Math.max(operations[position]?.invokedIndex ?? 0, value.a);
  }
}

/**
 * An order of the values in which they can go in and come out, or two that overtake each other. Next comes a value that
 * no other must precede at the entrance (a <= all b) nor at the exit (c <= all d); of several the one with the least c.
 */
function orderOf(lives: readonly Value[]): { readonly values: readonly Value[] } | { readonly verdict: "invalid"; readonly suspects: readonly number[] } {
  const byStart = lives.toSorted((one, other) => one.a - other.a);
  const byEnd = lives.toSorted((one, other) => one.b - other.b);
  const byExit = lives.toSorted((one, other) => (one.d === other.d ? 0 : one.d - other.d));
  const ready = new MinimumHeap<Value>((value) => value.c);
  const placed = new Set<Value>();
  const values: Value[] = [];
  let [nextStart, firstEnd, firstExit] = [0, 0, 0];
  while (values.length < lives.length) {
    while (placed.has(byEnd[firstEnd] ?? emptyLife)) firstEnd++;
    while (placed.has(byExit[firstExit] ?? emptyLife)) firstExit++;
    const [end, exit] = [byEnd[firstEnd], byExit[firstExit]];
    const bound = end?.b ?? -Infinity;
    for (let value = byStart[nextStart]; value !== undefined && value.a <= bound; value = byStart[++nextStart]) ready.push(value);
    const value = ready.pop();
    if (value === undefined || exit === undefined || value.c > exit.d) return { verdict: "invalid", suspects: suspectsOf([value, exit, end]) };
    placed.add(value);
    values.push(value);
  }
  return { values };
}

const emptyLife: Value = { enqueue: -1, dequeue: undefined, a: Infinity, b: Infinity, c: Infinity, d: Infinity };

function suspectsOf(values: readonly (Value | undefined)[]): number[] {
  return values.flatMap((value) => (value === undefined ? [] : value.dequeue === undefined ? [value.enqueue] : [value.enqueue, value.dequeue]));
}

interface Placed {
  readonly at: number;
  readonly position: number;
}

/** Enters as late and leaves as early as the order allows; then every "empty" needs a moment in which nothing is in. */
function placeAll(values: readonly Value[], empties: readonly number[], operations: readonly QueueOperation[]): MonitorAnswer {
  const entered: number[] = [];
  let latest = Infinity;
  for (let index = values.length - 1; index >= 0; index--) {
    latest = Math.min(latest, values[index]?.b ?? Infinity);
    entered[index] = latest;
  }
  const placed: Placed[] = [];
  const occupied: Span[] = [];
  let earliest = -Infinity;
  for (const [index, value] of values.entries()) {
    const from = entered[index] ?? Infinity;
    earliest = Math.max(earliest, value.c, from);
    placed.push({ at: from, position: value.enqueue });
    if (value.dequeue !== undefined) placed.push({ at: earliest, position: value.dequeue });
    if (from < earliest) occupied.push({ from, to: earliest });
  }
  const busy = mergedSpans(occupied);
  for (const position of empties) {
    const start = operations[position]?.invokedIndex ?? 0;
    const around = spanAround(busy, start);
    const at = around === undefined ? start : around.to;
    if (at > (operations[position]?.completedIndex ?? 0))
      return { verdict: "invalid", suspects: [position, ...suspectsOf(values.filter((value) => value.b < at && value.c > start))] };
    placed.push({ at, position });
  }
  // Stable: at one moment the values come in their order, each before it leaves, and then the empties.
  placed.sort((one, other) => (one.at === other.at ? 0 : one.at - other.at));
  return { verdict: "valid", order: placed.map(({ position }) => position) };
}
