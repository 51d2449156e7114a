// What is wrong with a queue, in plain words: overtaken, lost, from nowhere, twice, wrongly empty.
import type { Operation } from "../../../harness/operation.ts";
import { explainContainer } from "./container-explanation.ts";
import type { ContainerWords } from "./container-explanation.ts";
import type { QueueInput, QueueOutput } from "./fifo-queue-operation.ts";

const words: ContainerWords<QueueInput, QueueOutput, string> = {
  noun: "the queue",
  put: "enqueued",
  took: "dequeued",
  valuePut: (input) => (input.f === "enqueue" ? input.value : undefined),
  isBlocked: ({ ahead, behind }) => ahead.completedIndex < behind.invokedIndex,
  ahead: (value) => `${value}, enqueued before it, was still in`,
  order: (ahead, behind) => `${ahead} was enqueued before ${behind}`,
};

/** See `Model.explain`. */
export function explainQueue(witness: readonly Operation<QueueInput, QueueOutput>[], culprit: Operation<QueueInput, QueueOutput>): string | undefined {
  return explainContainer(words, witness, culprit);
}
