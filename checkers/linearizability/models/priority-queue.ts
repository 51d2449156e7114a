// A priority queue of numbers per key: polling takes the greatest.
import type { Model } from "../model.ts";
import { priorityQueueOrder } from "../monitors/container/priority-queue-order.ts";
import { explainPriorityQueue } from "./priority-queue-explanation.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "./priority-queue-operation.ts";

export type { PriorityQueueInput, PriorityQueueOutput };

/**
 * A heap whose nodes are shared with other states, so that a step costs O(log n): the greatest value on top, and the right
 * half never deeper than the left (a leftist heap; Okasaki 1998, "Purely functional data structures", section 3.1). Null: empty.
 */
export type PriorityQueueState = {
  readonly value: number;
  readonly left: PriorityQueueState;
  readonly right: PriorityQueueState;
  readonly rank: number;
} | null;

/** Empty at first; a number may be in it several times. */
export const priorityQueueModel: Model<PriorityQueueState, PriorityQueueInput, PriorityQueueOutput> = {
  name: "priority queue",
  initial: null,
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "poll" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "insert" ? String(input.value) : output === null ? `empty ${id}` : output?.toString()),
  stateKey: (state) => valuesOf(state).join(" "),
  monitors: [priorityQueueOrder],
  describeOperation: (input) => (input.f === "insert" ? `insert ${input.value} into ${input.key}` : `poll ${input.key}`),
  describeResult: (input, output) => (input.f === "poll" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state === null ? "empty" : `{${valuesOf(state).join(", ")}}`),
  explain: explainPriorityQueue,
};

function step(state: PriorityQueueState, input: PriorityQueueInput, output: PriorityQueueOutput | undefined): PriorityQueueState | undefined {
  if (input.f === "insert") return merged({ value: input.value, left: null, right: null, rank: 1 }, state);
  if (output !== undefined && output !== (state === null ? null : state.value)) return undefined;
  return state === null ? null : merged(state.left, state.right);
}

/** Recursion goes down right spines only, which are at most log n long. */
function merged(one: PriorityQueueState, other: PriorityQueueState): PriorityQueueState {
  if (one === null) return other;
  if (other === null) return one;
  const [top, rest] = one.value >= other.value ? [one, other] : [other, one];
  const right = merged(top.right, rest);
  const [rankOfLeft, rankOfRight] = [top.left?.rank ?? 0, right?.rank ?? 0];
  if (rankOfLeft >= rankOfRight) return { value: top.value, left: top.left, right, rank: rankOfRight + 1 };
  return { value: top.value, left: right, right: top.left, rank: rankOfLeft + 1 };
}

/** Sorted upwards: equal contents have equal keys, whatever the shape of the heap. */
function valuesOf(state: PriorityQueueState): number[] {
  const values: number[] = [];
  const waiting = [state];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node === null) continue;
    values.push(node.value);
    waiting.push(node.left, node.right);
  }
  return values.toSorted((one, other) => one - other);
}
