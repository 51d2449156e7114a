// A first-in-first-out queue per key that delivers at least once: a message whose acknowledgement was lost comes again.
import type { Model } from "../model.ts";
import { deterministic } from "../nondeterministic.ts";
import type { QueueInput, QueueOutput } from "./fifo-queue-operation.ts";

/**
 * Empty at first. The vocabulary is that of the FIFO queue. A dequeue answers the oldest message; whether it is gone then or will be
 * delivered again, any number of times, is known only later. No younger one overtakes it meanwhile, as in a message group of
 * a FIFO queue of Amazon SQS or in a partition that is read again from the last committed offset. Null only if it is empty.
 */
export const redeliveringQueueModel: Model<readonly (readonly string[])[], QueueInput, QueueOutput> = deterministic<readonly string[], QueueInput, QueueOutput>(
  {
    name: "redelivering queue",
    initial: [[]],
    steps(state, input, output) {
      if (input.f === "enqueue") return [[...state, input.value]];
      const [oldest = null] = state;
      if (output !== undefined && output !== oldest) return [];
      return oldest === null ? [state] : [state.slice(1), state];
    },
    partitionKey: (input) => input.key,
    elementOf: ({ input, output, id }) => (input.f === "enqueue" ? input.value : output === null ? `empty ${id}` : output),
    stateKey: (state) => JSON.stringify(state),
    describeOperation: (input) => (input.f === "enqueue" ? `enqueue ${input.value} on ${input.key}` : `dequeue from ${input.key}`),
    describeResult: (input, output) => (input.f === "dequeue" ? `-> ${output ?? "empty"}` : ""),
    describeState: (state) => (state.length === 0 ? "empty" : `[${state.join(", ")}]`),
  },
);
