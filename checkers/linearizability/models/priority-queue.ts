// A priority queue of numbers per key: polling takes the greatest.
import type { Model } from "../model.ts";
import { priorityQueueOrder } from "../monitors/priority-queue-order.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "./priority-queue-operation.ts";

export type { PriorityQueueInput, PriorityQueueOutput };

/** Empty at first; a number may be in it several times. The state is sorted upwards. */
export const priorityQueueModel: Model<readonly number[], PriorityQueueInput, PriorityQueueOutput> = {
  name: "priority queue",
  initial: [],
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "poll" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "insert" ? String(input.value) : output === null ? `empty ${id}` : output?.toString()),
  stateKey: (state) => state.join(" "),
  monitors: [priorityQueueOrder],
  describeOperation: (input) => (input.f === "insert" ? `insert ${input.value} into ${input.key}` : `poll ${input.key}`),
  describeResult: (input, output) => (input.f === "poll" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state.length === 0 ? "empty" : `{${state.join(", ")}}`),
};

function step(state: readonly number[], input: PriorityQueueInput, output: PriorityQueueOutput | undefined): readonly number[] | undefined {
  if (input.f === "insert") {
    let [low, high] = [0, state.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((state[middle] ?? Infinity) <= input.value) low = middle + 1;
      else high = middle;
    }
    return state.toSpliced(low, 0, input.value);
  }
  const greatest = state.at(-1) ?? null;
  if (output !== undefined && output !== greatest) return undefined;
  return greatest === null ? state : state.slice(0, -1);
}
