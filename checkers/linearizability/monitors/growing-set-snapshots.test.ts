// What the monitor of growing sets accuses and what it lets pass, by hand and against brute force.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../simulated/handwritten.ts";
import type { Handwritten } from "../simulated/handwritten.ts";
import type { GrowingSetInput, GrowingSetOutput } from "../models/set.ts";
import { simulatedGrowingSet } from "../simulated/simulated-objects.ts";
import { agreementOf } from "./agreement.fixture.ts";
import { growingSetSnapshots } from "./growing-set-snapshots.ts";

const add = (element: string): GrowingSetInput => ({ f: "add", key: "s", element });
const read: GrowingSetInput = { f: "read", key: "s" };

type Line = Handwritten<GrowingSetInput, GrowingSetOutput>;

describe("it accuses", () => {
  test.each<[string, Line[], number[]]>([
    ["an element that nobody added", [[0, 0, 1, read, ["1"]]], [0]],
    [
      "an element that is shown twice",
      [
        [0, 0, 1, add("1"), null],
        [0, 2, 3, read, ["1", "1"]],
      ],
      [1],
    ],
    [
      "an element that was added too late",
      [
        [0, 0, 1, read, ["1"]],
        [0, 2, 3, add("1"), null],
      ],
      [0],
    ],
    [
      "an element that is missing",
      [
        [0, 0, 1, add("1"), null],
        [0, 2, 3, read, []],
      ],
      [0, 1],
    ],
    [
      "two reads with different elements",
      [
        [0, 0, 8, add("1"), null],
        [1, 1, 9, add("2"), null],
        [2, 2, 6, read, ["1"]],
        [3, 3, 7, read, ["2"]],
      ],
      [2, 3],
    ],
    [
      "a read that shows less than one before",
      [
        [0, 0, 9, add("1"), null],
        [1, 1, 2, read, ["1"]],
        [1, 3, 4, read, []],
      ],
      [1, 2],
    ],
    [
      "an element that is missing beside one that was added after it",
      [
        [0, 0, 1, add("1"), null],
        [2, 0, 8, read, ["2"]],
        [1, 2, 9, add("2"), null],
      ],
      [0, 1],
    ],
  ])("%s", (_name, lines, suspects) => {
    const answer = growingSetSnapshots.decide(operationsOf(lines));
    expect(answer.verdict === "invalid" && [...answer.suspects].toSorted((one, other) => one - other)).toEqual(suspects);
  });

  test("a read that shows a maybe that was over when a read without it began", () => {
    const operations = operationsOf<GrowingSetInput, GrowingSetOutput>([
      [0, 0, undefined, add("1")],
      [1, 4, 5, read, []],
      [1, 6, 7, read, ["1"]],
    ]);
    const [lost, ...reads] = operations;
    expect(growingSetSnapshots.decide(operations)).toEqual({ verdict: "valid", order: [1, 0, 2] });
    expect(growingSetSnapshots.decide([{ ...lost!, completedIndex: 3 }, ...reads])).toEqual({ verdict: "invalid", suspects: [2, 1] });
    expect(growingSetSnapshots.decide([{ ...lost!, completedIndex: 4 }, ...reads])).toEqual({ verdict: "valid", order: [1, 0, 2] });
  });
});

describe("it lets pass", () => {
  test.each<[string, Line[], number[]]>([
    ["nothing", [], []],
    [
      "lost adds that were seen, or not",
      [
        [0, 0, undefined, add("1")],
        [1, 1, undefined, add("2")],
        [2, 2, 3, read, ["1"]],
        [2, 4, 5, read, ["1"]],
      ],
      [0, 2, 3],
    ],
    [
      "reads during adds, in any order",
      [
        [0, 0, 9, add("1"), null],
        [1, 1, 8, add("2"), null],
        [2, 2, 6, read, ["2", "1"]],
        [3, 3, 7, read, ["2"]],
        [4, 4, 5, read, []],
      ],
      [4, 1, 3, 0, 2],
    ],
    [
      "adds that nobody saw",
      [
        [0, 0, 1, read, []],
        [1, 2, 3, add("1"), null],
        [1, 4, 5, add("1"), null],
      ],
      [0, 1, 2],
    ],
    [
      "an element that is added again",
      [
        [0, 0, 1, add("1"), null],
        [0, 2, 3, read, ["1"]],
        [0, 4, 5, add("1"), null],
        [0, 6, 7, read, ["1"]],
      ],
      [0, 1, 2, 3],
    ],
    [
      "a read of an element whose first add ends last",
      [
        [0, 0, 9, add("1"), null],
        [1, 1, 2, add("1"), null],
        [1, 3, 4, read, ["1"]],
      ],
      [0, 1, 2],
    ],
  ])("%s", (_name, lines, order) => expect(growingSetSnapshots.decide(operationsOf(lines))).toEqual({ verdict: "valid", order }));
});

test("a read needs a list", () => {
  expect(growingSetSnapshots.decide(operationsOf([[0, 0, 1, read, null]]))).toEqual({ verdict: "inapplicable", why: "a read answers no list" });
});

describe("on random histories it agrees with brute force", () => {
  test.each([
    ["of distinct elements", 0],
    ["of three elements", 3],
  ])("%s", (_name, valueCount) => {
    const options = { historyCount: 11_000, maybes: 0.3 };
    const { faults, valid, invalid, inapplicable } = agreementOf(simulatedGrowingSet({ keyCount: 1, valueCount }), growingSetSnapshots, options);
    expect(faults).toEqual([]);
    expect(inapplicable).toBe(0);
    expect(Math.min(valid, invalid)).toBeGreaterThan(2_000);
  });
});
