// A last-in-first-out stack per key.
import type { Model } from "../model.ts";
import { stackOrder } from "../monitors/stack-order.ts";
import type { StackInput, StackOutput } from "./stack-operation.ts";

export type { StackInput, StackOutput };

/** Empty at first. The last element of the state is the top. */
export const stackModel: Model<readonly string[], StackInput, StackOutput> = {
  name: "stack",
  initial: [],
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "pop" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "push" ? input.value : output === null ? `empty ${id}` : output),
  stateKey: (state) => JSON.stringify(state),
  monitors: [stackOrder],
  describeOperation: (input) => (input.f === "push" ? `push ${input.value} on ${input.key}` : `pop from ${input.key}`),
  describeResult: (input, output) => (input.f === "pop" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state.length === 0 ? "empty" : `[${state.join(", ")}]`),
};

function step(state: readonly string[], input: StackInput, output: StackOutput | undefined): readonly string[] | undefined {
  if (input.f === "push") return [...state, input.value];
  const top = state.at(-1) ?? null;
  if (output !== undefined && output !== top) return undefined;
  return top === null ? state : state.slice(0, -1);
}
