// Linearizations for people: the first steps, and states that are not longer than a line.
import { expect, test } from "vitest";
import { fifoQueueModel, type QueueInput, type QueueOutput } from "../../checkers/linearizability/models/fifo-queue.ts";
import type { Operation } from "../../harness/operation.ts";
import { linearizationOf } from "./linearization.ts";

const operations = Array.from({ length: 100 }, (_, id): Operation<QueueInput, QueueOutput> => ({
  id,
  process: 0,
  phase: "faults",
  input: { f: "enqueue", key: "q", value: `value ${id}` },
  type: "ok",
  output: null,
  invokedIndex: 2 * id,
  completedIndex: 2 * id + 1,
  invokedNs: 0,
  completedNs: 0,
}));
const order = operations.map(({ id }) => 99 - id);

test("a linearization begins with the first state and takes its steps in its order", () => {
  const { initialState, steps, omitted } = linearizationOf(fifoQueueModel, operations, { order, maximalSteps: 2 });
  expect([initialState, omitted]).toEqual(["empty", 98]);
  expect(steps).toEqual([
    { operation: 99, text: "enqueue value 99 on q", stateAfter: "[value 99]" },
    { operation: 98, text: "enqueue value 98 on q", stateAfter: "[value 99, value 98]" },
  ]);
});

test("a long state is cut, so that a hundred steps are not a hundred times the history", () => {
  const { steps, omitted } = linearizationOf(fifoQueueModel, operations, { order, maximalSteps: 1000 });
  expect([steps.length, omitted]).toEqual([100, 0]);
  expect(steps.at(-1)?.stateAfter).toMatch(/^\[value 99, .{189}…$/);
});
