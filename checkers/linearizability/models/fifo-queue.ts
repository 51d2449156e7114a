// A first-in-first-out queue per key. For message queues that promise order and exactly-once delivery.
import type { Model } from "../model.ts";
import { fifoQueueOrder } from "../monitors/queue/fifo-queue-order.ts";
import { explainQueue } from "./fifo-queue-explanation.ts";
import type { QueueInput, QueueOutput } from "./fifo-queue-operation.ts";

export type { QueueInput, QueueOutput };

/**
 * Two linked lists that share their cells with other states, so that a step costs the same however long the queue is: the
 * next to come out first in `front`, the last that went in first in `back`. `front` is empty only if the queue is (Okasaki
 * 1998, "Purely functional data structures", section 5.2).
 */
export interface QueueState {
  readonly front: QueueCell | undefined;
  readonly back: QueueCell | undefined;
}

export interface QueueCell {
  readonly value: string;
  readonly next: QueueCell | undefined;
}

/** Empty at first. */
export const fifoQueueModel: Model<QueueState, QueueInput, QueueOutput> = {
  name: "FIFO queue",
  initial: { front: undefined, back: undefined },
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "dequeue" && output === null,
  elementOf: ({ input, output, id }) => (input.f === "enqueue" ? input.value : output === null ? `empty ${id}` : output),
  stateKey: (state) => JSON.stringify(valuesOf(state)),
  monitors: [fifoQueueOrder],
  describeOperation: (input) => (input.f === "enqueue" ? `enqueue ${input.value} on ${input.key}` : `dequeue from ${input.key}`),
  describeResult: (input, output) => (input.f === "dequeue" ? `-> ${output ?? "empty"}` : ""),
  describeState: (state) => (state.front === undefined ? "empty" : `[${valuesOf(state).join(", ")}]`),
  explain: explainQueue,
};

function step(state: QueueState, input: QueueInput, output: QueueOutput | undefined): QueueState | undefined {
  if (input.f === "enqueue") return balanced(state.front, { value: input.value, next: state.back });
  if (output !== undefined && output !== (state.front?.value ?? null)) return undefined;
  return state.front === undefined ? state : balanced(state.front.next, state.back);
}

function balanced(front: QueueCell | undefined, back: QueueCell | undefined): QueueState {
  if (front !== undefined) return { front, back };
  let turned: QueueCell | undefined;
  for (let cell = back; cell !== undefined; cell = cell.next) turned = { value: cell.value, next: turned };
  return { front: turned, back: undefined };
}

function valuesOf({ front, back }: QueueState): string[] {
  const values: string[] = [];
  for (let cell = front; cell !== undefined; cell = cell.next) values.push(cell.value);
  const waiting: string[] = [];
  for (let cell = back; cell !== undefined; cell = cell.next) waiting.push(cell.value);
  return [...values, ...waiting.toReversed()];
}
