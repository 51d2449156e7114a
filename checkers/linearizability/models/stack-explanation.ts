// What is wrong with a stack, in plain words: a value that came out from under another, from nowhere, twice, wrongly empty.
import type { Operation } from "../../../harness/operation.ts";
import { explainContainer } from "./container-explanation.ts";
import type { ContainerWords } from "./container-explanation.ts";
import type { StackInput, StackOutput } from "./stack-operation.ts";

const words: ContainerWords<StackInput, StackOutput, string> = {
  noun: "the stack",
  put: "pushed",
  took: "popped",
  valuePut: (input) => (input.f === "push" ? input.value : undefined),
  isBlocked: ({ ahead, behind, removal }) => behind.completedIndex < ahead.invokedIndex && ahead.completedIndex < removal.invokedIndex,
  ahead: (value) => `${value}, pushed on top of it, was still in`,
  order: (ahead, behind) => `${ahead} had been pushed on top of ${behind}`,
};

/** See `Model.explain`. */
export function explainStack(witness: readonly Operation<StackInput, StackOutput>[], culprit: Operation<StackInput, StackOutput>): string | undefined {
  return explainContainer(words, witness, culprit);
}
