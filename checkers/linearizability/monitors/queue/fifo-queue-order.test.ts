// The monitor of queues: what it accuses, what it lets pass, where it has no answer; and brute force agrees.
import { describe, expect, test } from "vitest";
import type { Operation } from "../../../../harness/operation.ts";
import { seededRandom } from "../../../../harness/random.ts";
import { isLinearizableByBruteForce } from "../../brute-force.ts";
import { faultOfLinearization } from "../../certificate.ts";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import { fifoQueueModel } from "../../models/fifo-queue.ts";
import type { QueueInput, QueueOutput } from "../../models/fifo-queue.ts";
import type { MonitorAnswer } from "../../model.ts";
import { perturbed, withMaybes } from "../../simulated/perturbed-history.ts";
import { simulateOperations } from "../../simulated/simulated-history.ts";
import { simulatedQueue } from "../../simulated/simulated-objects.ts";
import { fifoQueueOrder } from "./fifo-queue-order.ts";

type Lines = readonly Handwritten<QueueInput, QueueOutput>[];
type QueueOperation = Operation<QueueInput, QueueOutput>;

const dequeue: QueueInput = { f: "dequeue", key: "q" };
const enqueue = (value: string): QueueInput => ({ f: "enqueue", key: "q", value });

function mistakeOf(operations: readonly QueueOperation[], answer: MonitorAnswer): string | undefined {
  if (answer.verdict === "inapplicable") return undefined;
  const isValid = isLinearizableByBruteForce(fifoQueueModel, operations);
  if ((answer.verdict === "valid") !== isValid) return `it says ${answer.verdict}`;
  if (answer.verdict === "valid") return faultOfLinearization(fifoQueueModel, operations, answer.order);
  // A refutation stands without the other values, whatever the lost dequeues took.
  const few = operations.filter(({ type, input }, position) => answer.suspects.includes(position) || (type === "info" && input.f === "dequeue"));
  return isLinearizableByBruteForce(fifoQueueModel, few) ? "its suspects can be explained" : undefined;
}

function answerTo(operations: readonly QueueOperation[]): MonitorAnswer {
  const answer = fifoQueueOrder.decide(operations);
  expect(mistakeOf(operations, answer)).toBeUndefined();
  return answer;
}

function suspectsIn(lines: Lines): readonly number[] {
  const answer = answerTo(operationsOf(lines));
  return answer.verdict === "invalid" ? answer.suspects.toSorted((one, other) => one - other) : [];
}

function verdictOn(lines: Lines): string {
  const answer = answerTo(operationsOf(lines));
  return answer.verdict === "inapplicable" ? answer.why : answer.verdict;
}

/** The operations with these ids are over at the given positions, whether or not they took effect. */
function withEnds(lines: Lines, ends: Readonly<Record<number, number>>): QueueOperation[] {
  return operationsOf(lines).map((operation) => ({ ...operation, completedIndex: ends[operation.id] ?? operation.completedIndex }));
}

describe("it accuses, and names the fewest operations that say so:", () => {
  test("a value from nowhere", () =>
    expect(
      suspectsIn([
        [0, 0, 1, enqueue("1"), null],
        [1, 2, 3, dequeue, "2"],
      ]),
    ).toEqual([1]));
  test("a value that comes out before it goes in", () =>
    expect(
      suspectsIn([
        [1, 0, 1, dequeue, "1"],
        [0, 2, 3, enqueue("1"), null],
      ]),
    ).toEqual([0, 1]));
  test("a value that comes out twice", () =>
    expect(
      suspectsIn([
        [0, 0, 1, enqueue("1"), null],
        [1, 2, 3, dequeue, "1"],
        [1, 4, 5, dequeue, "1"],
      ]),
    ).toEqual([0, 1, 2]));
  test("a value that overtakes another one", () =>
    expect(
      suspectsIn([
        [0, 0, 1, enqueue("0"), null],
        [0, 2, 3, enqueue("1"), null],
        [0, 4, 5, enqueue("2"), null],
        [1, 6, 7, dequeue, "0"],
        [1, 8, 9, dequeue, "2"],
        [1, 10, 11, dequeue, "1"],
      ]),
    ).toEqual([1, 2, 4, 5]));
  test("a value that overtakes one that never comes out", () =>
    expect(
      suspectsIn([
        [0, 0, 1, enqueue("1"), null],
        [0, 2, 3, enqueue("2"), null],
        [1, 4, 5, dequeue, "2"],
      ]),
    ).toEqual([0, 1, 2]));
  test("an empty queue that was not, by a chain of values that were in", () =>
    expect(
      suspectsIn([
        [0, 0, 1, enqueue("1"), null],
        [0, 2, 5, enqueue("2"), null],
        [1, 3, 11, dequeue, null],
        [2, 6, 7, dequeue, "1"],
        [3, 4, 8, enqueue("4"), null],
        [0, 9, 10, enqueue("3"), null],
        [2, 12, 13, dequeue, "2"],
      ]),
    ).toEqual([0, 1, 2, 3, 6]));
  test("one value too many that was overtaken, though a lost dequeue may have taken the other", () =>
    expect(
      suspectsIn([
        [0, 0, 1, enqueue("1"), null],
        [0, 2, 3, enqueue("2"), null],
        [0, 4, 5, enqueue("3"), null],
        [1, 6, undefined, dequeue],
        [2, 7, 8, dequeue, "3"],
      ]),
    ).toEqual([0, 1, 2, 4]));
});

describe("it lets pass:", () => {
  test("values that were put in at the same time, in either order", () =>
    expect(
      verdictOn([
        [0, 0, 3, enqueue("1"), null],
        [1, 1, 2, enqueue("2"), null],
        [0, 4, 5, dequeue, "2"],
        [0, 6, 7, dequeue, "1"],
      ]),
    ).toBe("valid"));
  test("an empty queue between two values", () =>
    expect(
      verdictOn([
        [0, 0, 1, enqueue("1"), null],
        [1, 2, 7, dequeue, null],
        [0, 3, 4, dequeue, "1"],
        [0, 5, 6, enqueue("2"), null],
      ]),
    ).toBe("valid"));
  test("a lost enqueue that took effect, and one whose value nobody saw", () =>
    expect(
      verdictOn([
        [0, 0, undefined, enqueue("1")],
        [1, 1, undefined, enqueue("2")],
        [2, 2, 3, dequeue, null],
        [2, 4, 5, dequeue, "2"],
        [2, 6, 7, dequeue, null],
      ]),
    ).toBe("valid"));
  test("a value overtaken, but perhaps taken by a lost dequeue", () =>
    expect(
      verdictOn([
        [0, 0, 1, enqueue("1"), null],
        [0, 2, 3, enqueue("2"), null],
        [1, 4, undefined, dequeue],
        [2, 5, 6, dequeue, "2"],
        [2, 7, 8, dequeue, null],
      ]),
    ).toBe("valid"));
  test("a value taken in time by a dequeue that is over, before another one that came too early", () => {
    const lines: Lines = [
      [1, 0, undefined, dequeue],
      [0, 2, 3, enqueue("1"), null],
      [1, 4, undefined, dequeue],
      [0, 6, 7, dequeue, null],
    ];
    expect(answerTo(withEnds(lines, { 0: 1, 2: 5 })).verdict).toBe("valid");
  });
});

describe("it has no answer where", () => {
  test("a value is enqueued twice", () =>
    expect(
      verdictOn([
        [0, 0, 1, enqueue("1"), null],
        [0, 2, 3, enqueue("1"), null],
      ]),
    ).toBe("value 1 is enqueued twice"));
  test("a completed dequeue does not say what came out", () => expect(verdictOn([[0, 0, 1, dequeue]])).toBe("a completed dequeue has no answer"));
  test("a dequeue of unknown outcome was over before a value that it would have to take", () => {
    const lines: Lines = [
      [1, 0, undefined, dequeue],
      [0, 2, 3, enqueue("1"), null],
      [0, 4, 5, dequeue, null],
    ];
    const answer = answerTo(withEnds(lines, { 0: 1 }));
    expect(answer).toEqual({ verdict: "inapplicable", why: "a dequeue of unknown outcome was over too early to say what it can have taken" });
  });
});

describe.each([
  { title: "what all clients heard", indeterminate: 0, maybes: false },
  { title: "lost answers", indeterminate: 0.2, maybes: false },
  { title: "maybes", indeterminate: 0.1, maybes: true },
])("on random histories of $title", ({ title, indeterminate, maybes }) => {
  test("it agrees with brute force, and decides nearly all", () => {
    const object = simulatedQueue({ keyCount: 1, valueCount: 0 });
    let [validCount, invalidCount, declinedCount] = [0, 0, 0];
    for (let index = 0; index < 8000; index++) {
      const random = seededRandom(`queue/${title}/${index}`);
      const options = { clientCount: random.between(2, 5, "clients"), operationCount: random.between(3, 10, "operations"), indeterminate };
      const simulated = simulateOperations(object, options, random);
      const changed = index % 2 === 0 ? simulated : perturbed(object, simulated, { changes: random.between(1, 2, "changes"), random });
      const operations = maybes ? withMaybes(changed, random) : changed;
      const answer = fifoQueueOrder.decide(operations);
      expect({ index, mistake: mistakeOf(operations, answer) }).toEqual({ index, mistake: undefined });
      if (answer.verdict === "inapplicable") declinedCount++;
      else if (answer.verdict === "valid") validCount++;
      else invalidCount++;
    }
    expect(validCount).toBeGreaterThan(3000);
    expect(invalidCount).toBeGreaterThan(500);
    expect(declinedCount).toBeLessThanOrEqual(maybes ? 80 : 0);
  });
});
