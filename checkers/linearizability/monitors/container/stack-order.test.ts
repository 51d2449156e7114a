// What the monitor of stacks accuses and what it lets pass, by example and against brute force.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../harness/random.ts";
import type { Operation } from "../../../../harness/operation.ts";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import { stackModel } from "../../models/stack.ts";
import type { StackInput, StackOutput } from "../../models/stack-operation.ts";
import type { MonitorAnswer } from "../../model.ts";
import { simulatedStack } from "../../simulated/simulated-objects.ts";
import { clientHistory, mistakeOf, tangledHistory } from "./container-trial.fixture.ts";
import { stackOrder } from "./stack-order.ts";

type Line = Handwritten<StackInput, StackOutput>;
const pop: StackInput = { f: "pop", key: "s" };
const push = (value: string): StackInput => ({ f: "push", key: "s", value });
const trial = { model: stackModel, monitor: stackOrder };

/** `[process, start, end, input, output]`; the answer has been compared with brute force and replayed. */
function answerTo(lines: readonly Line[]): MonitorAnswer {
  const operations = operationsOf(lines);
  expect(mistakeOf(trial, operations)).toBeUndefined();
  return stackOrder.decide(operations);
}

function verdictOf(lines: readonly Line[]): string {
  return answerTo(lines).verdict;
}

function suspectsOf(lines: readonly Line[]): readonly number[] {
  const answer = answerTo(lines);
  return answer.verdict === "invalid" ? answer.suspects : [];
}

describe("a value", () => {
  test("that was never pushed cannot be popped", () =>
    expect(
      suspectsOf([
        [0, 0, 1, push("1"), null],
        [0, 2, 3, pop, "2"],
      ]),
    ).toEqual([1]));
  test("cannot be popped twice", () =>
    expect(
      suspectsOf([
        [0, 0, 1, push("1"), null],
        [0, 2, 3, pop, "1"],
        [0, 4, 5, push("2"), null],
        [0, 6, 7, pop, "1"],
      ]),
    ).toEqual([0, 1, 3]));
  test("cannot be popped before its push began", () =>
    expect(
      suspectsOf([
        [0, 0, 1, pop, "1"],
        [0, 2, 3, push("1"), null],
      ]),
    ).toEqual([0, 1]));
  test("can be popped while it is being pushed", () =>
    expect(
      verdictOf([
        [0, 0, 3, push("1"), null],
        [1, 1, 2, pop, "1"],
      ]),
    ).toBe("valid"));
  test("that is pushed twice is left to others", () => {
    expect(
      stackOrder.decide(
        operationsOf<StackInput, StackOutput>([
          [0, 0, 1, push("1"), null],
          [0, 2, 3, push("1"), null],
        ]),
      ),
    ).toEqual({
      verdict: "inapplicable",
      why: "value 1 is pushed twice",
    });
  });
  test("whose pop forgot what it was is left to others", () => {
    const lines: Line[] = [
      [0, 0, 1, push("1"), null],
      [0, 2, 3, pop],
    ];
    expect(stackOrder.decide(operationsOf(lines)).verdict).toBe("inapplicable");
  });
});

describe("two values", () => {
  const pushed: readonly Line[] = [
    [0, 0, 1, push("1"), null],
    [0, 2, 3, push("2"), null],
  ];
  test("come out in the reverse order", () => expect(verdictOf([...pushed, [0, 4, 5, pop, "2"], [0, 6, 7, pop, "1"]])).toBe("valid"));
  test("do not come out in the same order", () => {
    expect(suspectsOf([...pushed, [0, 4, 5, pop, "1"], [0, 6, 7, pop, "2"]])).toEqual([0, 1, 2, 3]);
  });
  test("may come out in any order while one is being pushed", () =>
    expect(
      verdictOf([
        [0, 0, 3, push("1"), null],
        [1, 1, 2, push("2"), null],
        [0, 4, 5, pop, "1"],
        [0, 6, 7, pop, "2"],
      ]),
    ).toBe("valid"));
  test("may come out in any order by pops at the same time", () => expect(verdictOf([...pushed, [0, 4, 7, pop, "1"], [1, 5, 6, pop, "2"]])).toBe("valid"));
  test("do not pass when the upper one stays in", () => expect(suspectsOf([...pushed, [0, 4, 5, pop, "1"]])).toEqual([0, 1, 2]));
  test("pass when the lower one stays in", () => expect(verdictOf([...pushed, [0, 4, 5, pop, "2"]])).toBe("valid"));
});

test("a value whose pop is covered by two others only together is accused with both of them", () => {
  const lines: readonly Line[] = [
    [0, 0, 1, push("1"), null],
    [0, 2, 3, push("2"), null],
    [0, 4, 6, push("3"), null],
    [1, 5, 8, pop, "1"],
    [0, 7, 11, pop, "2"],
    [1, 9, 10, pop, "3"],
  ];
  expect(suspectsOf(lines)).toEqual([0, 1, 2, 3, 4, 5]);
  for (const value of ["1", "2", "3"]) {
    const without = lines.filter(([, , , input, output]) => output !== value && !(input.f === "push" && input.value === value));
    expect(verdictOf(without)).toBe("valid");
  }
});

test("values nested by hundreds come out in the reverse order", () => {
  const count = 300;
  const lines: Line[] = [];
  for (let value = 0; value < count; value++) lines.push([0, 2 * value, 2 * value + 1, push(`${value}`), null]);
  for (let value = 0; value < count; value++) lines.push([0, 2 * (count + value), 2 * (count + value) + 1, pop, `${count - 1 - value}`]);
  const answer = stackOrder.decide(operationsOf(lines));
  expect(answer).toEqual({ verdict: "valid", order: lines.map((_, position) => position) });
});

describe("a pop that found nothing", () => {
  test("is wrong while a value is in", () =>
    expect(
      suspectsOf([
        [0, 0, 1, push("1"), null],
        [0, 2, 3, pop, null],
      ]),
    ).toEqual([0, 1]));
  test("is wrong while one value after the other is in", () =>
    expect(
      suspectsOf([
        [0, 0, 1, push("1"), null],
        [2, 2, 9, pop, null],
        [1, 3, 4, push("2"), null],
        [0, 5, 6, pop, "1"],
        [1, 10, 11, pop, "2"],
      ]),
    ).toEqual([0, 1, 2, 3, 4]));
  test("is right between two values", () =>
    expect(
      verdictOf([
        [0, 0, 1, push("1"), null],
        [2, 2, 9, pop, null],
        [0, 3, 4, pop, "1"],
        [1, 5, 6, push("2"), null],
      ]),
    ).toBe("valid"));
  test("is right before, between and after at once", () =>
    expect(
      verdictOf([
        [0, 0, 1, pop, null],
        [1, 2, 3, push("1"), null],
        [1, 4, 8, pop, "1"],
        [0, 5, 6, pop, null],
        [2, 7, 10, push("2"), null],
        [0, 9, 11, pop, null],
      ]),
    ).toBe("valid"));
});

describe("a push of unknown outcome", () => {
  test("took effect if its value came out", () =>
    expect(
      verdictOf([
        [0, 0, undefined, push("1")],
        [1, 1, 2, pop, "1"],
      ]),
    ).toBe("valid"));
  test("may have taken effect late", () =>
    expect(
      verdictOf([
        [0, 0, undefined, push("1")],
        [1, 1, 2, push("2"), null],
        [1, 3, 4, pop, "1"],
        [1, 5, 6, pop, "2"],
      ]),
    ).toBe("valid"));
  test("need not have taken effect", () =>
    expect(
      verdictOf([
        [0, 0, undefined, push("1")],
        [1, 1, 2, pop, null],
      ]),
    ).toBe("valid"));
});

describe("a pop of unknown outcome", () => {
  const pushed: readonly Line[] = [
    [0, 0, 1, push("1"), null],
    [0, 2, 3, push("2"), null],
  ];
  test("may have taken out what was in the way", () => expect(verdictOf([...pushed, [1, 4, undefined, pop], [0, 5, 6, pop, "1"]])).toBe("valid"));
  test("may have had no effect", () => expect(verdictOf([...pushed, [1, 4, undefined, pop], [0, 5, 6, pop, "2"], [0, 7, 8, pop, "1"]])).toBe("valid"));
  test("cannot have taken out anything before it began", () => expect(suspectsOf([...pushed, [0, 4, 5, pop, "1"], [1, 6, undefined, pop]])).toEqual([0, 1, 2]));
  test("takes out one value only", () => {
    const three: readonly Line[] = [...pushed, [0, 4, 5, push("3"), null], [1, 6, undefined, pop]];
    expect(verdictOf([...three, [0, 7, 8, pop, "2"]])).toBe("valid");
    expect(suspectsOf([...three, [0, 7, 8, pop, "1"]])).toEqual([0, 1, 2, 3, 4]);
  });
  test("is dealt so that others still suffice", () =>
    expect(
      verdictOf([
        ...pushed,
        [1, 4, undefined, pop],
        [0, 5, 6, pop, "1"],
        [0, 7, 8, push("3"), null],
        [0, 9, 10, push("4"), null],
        [2, 11, undefined, pop],
        [0, 12, 13, pop, "3"],
      ]),
    ).toBe("valid"));
  test("may have emptied the stack", () => {
    expect(
      verdictOf([
        [0, 0, 1, push("1"), null],
        [1, 2, undefined, pop],
        [0, 3, 4, pop, null],
      ]),
    ).toBe("valid");
    expect(
      verdictOf([
        [0, 0, 1, push("1"), null],
        [0, 3, 4, pop, null],
        [1, 5, undefined, pop],
      ]),
    ).toBe("invalid");
  });
  test("that is over took effect before its end or never", () => {
    const operations = operationsOf<StackInput, StackOutput>([
      [1, 0, undefined, pop],
      [0, 2, 3, push("1"), null],
      [0, 4, 5, pop, null],
    ]);
    const over = operations.map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 1 } : operation));
    expect(stackOrder.decide(operations).verdict).toBe("valid");
    expect(stackOrder.decide(over).verdict).toBe("invalid");
    expect(mistakeOf(trial, over)).toBeUndefined();
  });
});

describe("on random histories it agrees with brute force, its linearizations hold and its suspects contradict each other", () => {
  const batchSize = 4_000;
  const words = { put: push, remove: pop, value: String };
  const object = simulatedStack({ keyCount: 1, valueCount: 0 });
  const generators: readonly [string, (seed: string) => Operation<StackInput, StackOutput>[]][] = [
    ["of tangled values", (seed) => tangledHistory(words, seededRandom(seed))],
    ["of simulated clients", (seed) => clientHistory(object, seededRandom(seed))],
  ];
  for (const [name, generate] of generators) {
    test.each([0, 1, 2])(`${name}, batch %d`, (batch) => {
      const counts = { valid: 0, invalid: 0, inapplicable: 0 };
      for (let index = batch * batchSize; index < (batch + 1) * batchSize; index++) {
        const operations = generate(`stack ${name} ${index}`);
        expect({ index, mistake: mistakeOf(trial, operations) }).toEqual({ index, mistake: undefined });
        counts[stackOrder.decide(operations).verdict]++;
      }
      expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(batchSize / 5);
    });
  }
});
