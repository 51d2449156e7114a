// A priority queue of numbers per key: polling takes the greatest.
import type { Model } from "../model.ts";

export type PriorityQueueInput = { readonly f: "insert"; readonly key: string; readonly value: number } | { readonly f: "poll"; readonly key: string };

/** insert: null; poll: the greatest value, or null when the queue was empty. */
export type PriorityQueueOutput = number | null;

/** Empty at first; a number may be in it several times. The state is sorted upwards. */
export const priorityQueueModel: Model<readonly number[], PriorityQueueInput, PriorityQueueOutput> = {
  name: "priority queue",
  initial: [],
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "poll" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "insert" ? String(input.value) : output === null ? `empty ${id}` : output?.toString()),
  stateKey: (state) => state.join(" "),
  describeOperation: (input) => (input.f === "insert" ? `insert ${input.value} into ${input.key}` : `poll ${input.key}`),
  describeResult: (input, output) => (input.f === "poll" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state.length === 0 ? "empty" : `{${state.join(", ")}}`),
};

function step(state: readonly number[], input: PriorityQueueInput, output: PriorityQueueOutput | undefined): readonly number[] | undefined {
  if (input.f === "insert") return [...state, input.value].toSorted((one, other) => one - other);
  const greatest = state.at(-1) ?? null;
  if (output !== undefined && output !== greatest) return undefined;
  return greatest === null ? state : state.slice(0, -1);
}
