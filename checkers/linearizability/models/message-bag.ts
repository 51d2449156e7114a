// An unordered queue per key, as most message queues really are: what comes out went in, once, in any order.
import type { Model } from "../model.ts";
import { deterministic } from "../nondeterministic.ts";
import type { QueueInput, QueueOutput } from "./fifo-queue-operation.ts";

/**
 * Empty at first. The vocabulary is that of the FIFO queue, so the same history can be asked both questions. A dequeue may take any
 * message, and answers null only if there is none; one of unknown outcome took any of them. The state is sorted.
 */
export const messageBagModel: Model<readonly (readonly string[])[], QueueInput, QueueOutput> = deterministic<readonly string[], QueueInput, QueueOutput>({
  name: "message bag",
  initial: [[]],
  steps(state, input, output) {
    if (input.f === "enqueue") return [[...state, input.value].toSorted()];
    if (output === null) return state.length === 0 ? [state] : [];
    const taken = output === undefined ? new Set(state) : [output];
    return [...taken].filter((value) => state.includes(value)).map((value) => state.toSpliced(state.indexOf(value), 1));
  },
  partitionKey: (input) => input.key,
  elementOf: ({ input, output, id }) => (input.f === "enqueue" ? input.value : output === null ? `empty ${id}` : output),
  stateKey: (state) => JSON.stringify(state),
  describeOperation: (input) => (input.f === "enqueue" ? `enqueue ${input.value} on ${input.key}` : `dequeue from ${input.key}`),
  describeResult: (input, output) => (input.f === "dequeue" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state.length === 0 ? "empty" : `{${state.join(", ")}}`),
});
