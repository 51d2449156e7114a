// What is wrong with a priority queue, in plain words: a smaller value before a greater one, from nowhere, twice, wrongly empty.
import type { Operation } from "../../../harness/operation.ts";
import { explainContainer } from "./container-explanation.ts";
import type { BlockedRemoval, ContainerWords } from "./container-explanation.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "./priority-queue-operation.ts";

const words: ContainerWords<PriorityQueueInput, PriorityQueueOutput, number> = {
  noun: "the priority queue",
  put: "inserted",
  took: "polled",
  valuePut,
  isBlocked,
  ahead: (value) => `${value} was in`,
  order: (ahead) => `${ahead} was in by then`,
};

/** See `Model.explain`. */
export function explainPriorityQueue(
  witness: readonly Operation<PriorityQueueInput, PriorityQueueOutput>[],
  culprit: Operation<PriorityQueueInput, PriorityQueueOutput>,
): string | undefined {
  return explainContainer(words, witness, culprit);
}

function valuePut(input: PriorityQueueInput): number | undefined {
  return input.f === "insert" ? input.value : undefined;
}

function isBlocked({ ahead, behind, removal }: BlockedRemoval<PriorityQueueInput, PriorityQueueOutput>): boolean {
  return (valuePut(ahead.input) ?? -Infinity) > (valuePut(behind.input) ?? Infinity) && ahead.completedIndex < removal.invokedIndex;
}
