// The oracle itself is tested against histories whose verdict is plain to see.
import { describe, expect, test } from "vitest";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import { bruteForceLimit, isLinearizableByBruteForce } from "./brute-force.ts";
import { everyObject } from "./simulated/every-object.ts";
import { operationsOf } from "./simulated/handwritten.ts";
import type { Handwritten } from "./simulated/handwritten.ts";
import type { Model } from "./model.ts";
import { fifoQueueModel } from "./models/fifo-queue.ts";
import type { QueueInput, QueueOutput } from "./models/fifo-queue.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { perturbed, withMaybes } from "./simulated/perturbed-history.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";

const read = { f: "read", key: "x" } as const;
const write = (value: string): RegisterInput => ({ f: "write", key: "x", value });

const enqueue = (value: string): QueueInput => ({ f: "enqueue", key: "q", value });
const dequeue: QueueInput = { f: "dequeue", key: "q" };

function isRegister(lines: readonly Handwritten<RegisterInput, RegisterOutput>[]): boolean {
  return isLinearizableByBruteForce(registerModel, operationsOf(lines));
}

function isQueue(lines: readonly Handwritten<QueueInput, QueueOutput>[]): boolean {
  return isLinearizableByBruteForce(fifoQueueModel, operationsOf(lines));
}

describe("a register is linearizable by brute force", () => {
  test("when nothing happened", () => expect(isRegister([])).toBe(true));
  test("when a read sees the write before it", () =>
    expect(
      isRegister([
        [0, 0, 1, write("1"), null],
        [1, 2, 3, read, "1"],
      ]),
    ).toBe(true));
  test("when a read during a write sees it, or not", () => {
    expect(
      isRegister([
        [0, 0, 3, write("1"), null],
        [1, 1, 2, read, "1"],
      ]),
    ).toBe(true);
    expect(
      isRegister([
        [0, 0, 3, write("1"), null],
        [1, 1, 2, read, null],
      ]),
    ).toBe(true);
  });
  test("when a lost write is seen much later, or never", () => {
    expect(
      isRegister([
        [0, 0, undefined, write("1")],
        [1, 1, 2, read, null],
        [1, 3, 4, read, "1"],
      ]),
    ).toBe(true);
    expect(
      isRegister([
        [0, 0, undefined, write("1")],
        [1, 1, 2, read, null],
      ]),
    ).toBe(true);
  });
});

describe("a register is not linearizable by brute force", () => {
  test("when a read is stale", () =>
    expect(
      isRegister([
        [0, 0, 1, write("1"), null],
        [0, 2, 3, write("2"), null],
        [1, 4, 5, read, "1"],
      ]),
    ).toBe(false));
  test("when two reads during a write go back", () => {
    expect(
      isRegister([
        [0, 0, 9, write("1"), null],
        [1, 1, 2, read, "1"],
        [1, 3, 4, read, null],
      ]),
    ).toBe(false);
  });
  test("when a read sees a write that began later", () =>
    expect(
      isRegister([
        [1, 0, 1, read, "1"],
        [0, 2, 3, write("1"), null],
      ]),
    ).toBe(false));
  test("when a lost write is seen twice with another one between", () => {
    const lines = [
      [0, 0, undefined, write("1")],
      [1, 1, 2, read, "1"],
      [2, 3, 4, write("2"), null],
      [1, 5, 6, read, "1"],
    ] as const;
    expect(isRegister(lines)).toBe(false);
  });
});

describe("a queue by brute force", () => {
  test("may hand out concurrent values in either order", () => {
    expect(
      isQueue([
        [0, 0, 3, enqueue("1"), null],
        [1, 1, 2, enqueue("2"), null],
        [0, 4, 5, dequeue, "2"],
        [0, 6, 7, dequeue, "1"],
      ]),
    ).toBe(true);
  });
  test("must not let values overtake each other", () => {
    expect(
      isQueue([
        [0, 0, 1, enqueue("1"), null],
        [1, 2, 3, enqueue("2"), null],
        [0, 4, 5, dequeue, "2"],
      ]),
    ).toBe(false);
  });
  test("must not be empty while a value is in", () =>
    expect(
      isQueue([
        [0, 0, 1, enqueue("1"), null],
        [0, 2, 3, dequeue, null],
      ]),
    ).toBe(false));
  test("may be empty after a dequeue whose answer was lost", () => {
    expect(
      isQueue([
        [0, 0, 1, enqueue("1"), null],
        [1, 2, undefined, dequeue],
        [0, 3, 4, dequeue, null],
      ]),
    ).toBe(true);
  });
});

test("an indeterminate operation with a completion takes effect before it or never", () => {
  const maybe = operationsOf<RegisterInput, RegisterOutput>([
    [0, 0, undefined, write("1")],
    [1, 4, 5, read, "1"],
  ]).map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 1 } : operation));
  expect(isLinearizableByBruteForce(registerModel, maybe)).toBe(true);
  const overwritten = operationsOf<RegisterInput, RegisterOutput>([
    [0, 0, undefined, write("1")],
    [1, 2, 3, write("2"), null],
    [1, 4, 5, read, "1"],
  ]);
  expect(isLinearizableByBruteForce(registerModel, overwritten)).toBe(true);
  expect(
    isLinearizableByBruteForce(
      registerModel,
      overwritten.map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 1 } : operation)),
    ),
  ).toBe(false);
});

/** Every order of every choice of the indeterminate ones: the definition without any memory or cleverness. */
function isLinearizableByPermutation<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): boolean {
  function canFollow(placed: readonly Operation<I, O>[], rest: readonly Operation<I, O>[]): boolean {
    if (rest.every(({ type }) => type === "info") && isLegal(placed)) return true;
    return rest.some((next) =>
      canFollow(
        [...placed, next],
        rest.filter((other) => other !== next),
      ),
    );
  }
  function isLegal(order: readonly Operation<I, O>[]): boolean {
    if (order.some((operation, place) => order.slice(place + 1).some((later) => later.completedIndex < operation.invokedIndex))) return false;
    let state: S | undefined = model.initial;
    for (const { input, type, output } of order) {
      state = model.step(state, input, type === "ok" ? output : undefined);
      if (state === undefined) return false;
    }
    return true;
  }
  return canFollow([], operations);
}

describe.each(everyObject)("on histories of a $name", (named) => {
  test("it says the same as trying every permutation", () => {
    named.use((object) => {
      const words = { valid: 0, invalid: 0 };
      for (let index = 0; index < 120; index++) {
        const random = seededRandom(`permutation/${index}`);
        const drawn = simulateOperations(object, { clientCount: 3, operationCount: 2 + random.below(4, "operations"), indeterminate: 0.25 }, random);
        const changed = perturbed(object, drawn, { changes: random.below(3, "changes"), random });
        const operations = random.chance(0.5, "maybes") ? withMaybes(changed, random) : changed;
        const expected = isLinearizableByPermutation(object.model, operations);
        words[expected ? "valid" : "invalid"]++;
        expect({ index, isLinearizable: isLinearizableByBruteForce(object.model, operations) }).toEqual({ index, isLinearizable: expected });
      }
      expect(Math.min(words.valid, words.invalid)).toBeGreaterThan(5);
    });
  });
});

test("more operations than fit a bit mask are refused", () => {
  const lines = Array.from({ length: bruteForceLimit + 1 }, (_, index): Handwritten<RegisterInput, RegisterOutput> => [
    0,
    2 * index,
    2 * index + 1,
    read,
    null,
  ]);
  expect(() => isRegister(lines)).toThrow(RangeError);
});
