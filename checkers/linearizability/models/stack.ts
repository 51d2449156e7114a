// A last-in-first-out stack per key.
import type { Model } from "../model.ts";
import { stackOrder } from "../monitors/container/stack-order.ts";
import { explainStack } from "./stack-explanation.ts";
import type { StackInput, StackOutput } from "./stack-operation.ts";

export type { StackInput, StackOutput };

/** The top with what is below it, shared with other states, so that a step costs the same however high the stack is. Null: empty. */
export type StackState = { readonly value: string; readonly below: StackState } | null;

/** Empty at first. */
export const stackModel: Model<StackState, StackInput, StackOutput> = {
  name: "stack",
  initial: null,
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "pop" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "push" ? input.value : output === null ? `empty ${id}` : output),
  stateKey: (state) => JSON.stringify(valuesOf(state)),
  monitors: [stackOrder],
  describeOperation: (input) => (input.f === "push" ? `push ${input.value} on ${input.key}` : `pop from ${input.key}`),
  describeResult: (input, output) => (input.f === "pop" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state === null ? "empty" : `[${valuesOf(state).join(", ")}]`),
  explain: explainStack,
};

function step(state: StackState, input: StackInput, output: StackOutput | undefined): StackState | undefined {
  if (input.f === "push") return { value: input.value, below: state };
  if (output !== undefined && output !== (state === null ? null : state.value)) return undefined;
  return state === null ? null : state.below;
}

/** The top last. */
function valuesOf(state: StackState): string[] {
  const values: string[] = [];
  for (let cell = state; cell !== null; cell = cell.below) values.push(cell.value);
  return values.toReversed();
}
