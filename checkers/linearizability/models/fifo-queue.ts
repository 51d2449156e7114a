// A first-in-first-out queue per key. For message queues that promise order and exactly-once delivery.
import type { Model } from "../model.ts";
import { fifoQueueOrder } from "../monitors/fifo-queue-order.ts";
import type { QueueInput, QueueOutput } from "./fifo-queue-operation.ts";

export type { QueueInput, QueueOutput };

/** Empty at first. */
export const fifoQueueModel: Model<readonly string[], QueueInput, QueueOutput> = {
  name: "FIFO queue",
  initial: [],
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "dequeue" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "enqueue" ? input.value : output === null ? `empty ${id}` : output),
  stateKey: (state) => JSON.stringify(state),
  monitors: [fifoQueueOrder],
  describeOperation: (input) => (input.f === "enqueue" ? `enqueue ${input.value} on ${input.key}` : `dequeue from ${input.key}`),
  describeResult: (input, output) => (input.f === "dequeue" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state.length === 0 ? "empty" : `[${state.join(", ")}]`),
};

function step(state: readonly string[], input: QueueInput, output: QueueOutput | undefined): readonly string[] | undefined {
  if (input.f === "enqueue") return [...state, input.value];
  const head = state[0] ?? null;
  if (output !== undefined && output !== head) return undefined;
  return head === null ? state : state.slice(1);
}
