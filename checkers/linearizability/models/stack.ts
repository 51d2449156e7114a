// A last-in-first-out stack per key.
import type { Model } from "../model.ts";

export type StackInput = { readonly f: "push"; readonly key: string; readonly value: string } | { readonly f: "pop"; readonly key: string };

/** push: null; pop: the value, or null when the stack was empty. */
export type StackOutput = string | null;

/** Empty at first. The last element of the state is the top. */
export const stackModel: Model<readonly string[], StackInput, StackOutput> = {
  name: "stack",
  initial: [],
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "pop" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "push" ? input.value : output === null ? `empty ${id}` : output),
  stateKey: (state) => JSON.stringify(state),
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
