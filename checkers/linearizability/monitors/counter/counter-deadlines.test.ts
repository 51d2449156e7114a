// What the monitor of counters with equal adds accuses and what it lets pass, by hand and against brute force.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import { counterModel } from "../../models/counter.ts";
import type { CounterInput, CounterOutput } from "../../models/counter.ts";
import { simulatedCounter } from "../../simulated/simulated-objects.ts";
import { agreementOf } from "../agreement.fixture.ts";
import { counterDeadlines } from "./counter-deadlines.ts";

const add: CounterInput = { f: "add", key: "c", amount: 1 };
const read: CounterInput = { f: "read", key: "c" };

type Line = Handwritten<CounterInput, CounterOutput>;

describe("it accuses", () => {
  test.each<[string, Line[], number[]]>([
    [
      "more than was ever added",
      [
        [0, 0, 1, add, null],
        [1, 2, 3, read, 2],
      ],
      [1],
    ],
    ["less than nothing", [[0, 0, 1, read, -1]], [0]],
    [
      "a value between two steps",
      [
        [0, 0, 1, { ...add, amount: 2 }, null],
        [1, 0, 1, read, 1],
      ],
      [1],
    ],
    [
      "more than had been added by then",
      [
        [0, 0, 1, read, 1],
        [1, 2, 3, add, null],
      ],
      [0],
    ],
    [
      "a value that falls",
      [
        [0, 0, 9, add, null],
        [1, 1, 2, read, 1],
        [1, 3, 4, read, 0],
      ],
      [1, 2],
    ],
    [
      "a lost update",
      [
        [0, 0, 1, add, null],
        [0, 2, 3, add, null],
        [1, 4, 5, read, 1],
      ],
      [0, 1, 2],
    ],
    [
      "an add that was over before a read of 0",
      [
        [0, 0, 1, add, null],
        [1, 2, 3, read, 0],
      ],
      [0, 1],
    ],
    [
      "an add lost between two reads",
      [
        [0, 0, 1, add, null],
        [1, 2, 3, read, 1],
        [0, 4, 5, add, null],
        [1, 6, 7, read, 1],
      ],
      [1, 2, 3],
    ],
    [
      "two adds that answer the same",
      [
        [0, 0, 9, add, 1],
        [1, 1, 8, add, 1],
      ],
      [0, 1],
    ],
    ["an add that answers what it began with", [[0, 0, 1, add, 0]], [0]],
    [
      "answers in the wrong order",
      [
        [0, 0, 1, add, 2],
        [0, 2, 3, add, 1],
      ],
      [0, 1],
    ],
    [
      "an add beside one that answers",
      [
        [0, 0, 1, add, null],
        [0, 2, 3, add, 1],
      ],
      [0, 1],
    ],
  ])("%s", (_name, lines, suspects) => {
    const answer = counterDeadlines.decide(operationsOf(lines));
    expect(answer.verdict === "invalid" && [...answer.suspects].toSorted((one, other) => one - other)).toEqual(suspects);
  });
});

describe("it lets pass", () => {
  test.each<[string, Line[], number[]]>([
    ["nothing", [], []],
    [
      "reads during adds",
      [
        [0, 0, 9, add, null],
        [1, 1, 8, add, null],
        [2, 2, 3, read, 1],
        [2, 4, 5, read, 1],
        [2, 6, 7, read, 2],
      ],
      [1, 2, 3, 0, 4],
    ],
    [
      "a lost add that was counted late",
      [
        [0, 0, undefined, add],
        [1, 1, 2, read, 0],
        [1, 3, 4, read, 1],
      ],
      [1, 0, 2],
    ],
    [
      "a lost add that was never counted",
      [
        [0, 0, undefined, add],
        [1, 1, 2, add, null],
        [1, 3, 4, read, 1],
      ],
      [1, 2],
    ],
    [
      "adds that nobody saw",
      [
        [0, 0, 9, add, null],
        [1, 1, 2, read, 0],
        [1, 3, 4, add, null],
      ],
      [1, 0, 2],
    ],
    [
      "a counter that falls by twos",
      [
        [0, 0, 1, { ...add, amount: -2 }, null],
        [0, 2, 3, { ...add, amount: -2 }, -4],
        [0, 4, 5, read, -4],
      ],
      [0, 1, 2],
    ],
    [
      "an answer between two silent adds",
      [
        [0, 0, 9, add, null],
        [1, 1, 8, add, 2],
        [2, 2, 7, add, null],
        [3, 3, 4, read, 3],
      ],
      [2, 1, 0, 3],
    ],
  ])("%s", (_name, lines, order) => expect(counterDeadlines.decide(operationsOf(lines))).toEqual({ verdict: "valid", order }));

  test("an early read that is put at its earliest would spoil the rest", () => {
    // The first add could make step 1, but then none is left for step 2 in time.
    const lines: Line[] = [
      [0, 0, 8, add, null],
      [1, 1, 3, add, null],
      [2, 2, 5, read, 1],
      [2, 6, 7, read, 2],
    ];
    expect(counterDeadlines.decide(operationsOf(lines))).toEqual({ verdict: "valid", order: [1, 2, 0, 3] });
  });
});

describe("of adds of unknown outcome that have an end", () => {
  const history =
    (...lines: Line[]) =>
    (ends: Readonly<Record<number, number>>) =>
      counterDeadlines.decide(operationsOf(lines).map((operation) => ({ ...operation, completedIndex: ends[operation.id] ?? operation.completedIndex })));

  test("it counts one only while it lasts", () => {
    const maybe = history([0, 0, undefined, add], [1, 4, 5, read, 0], [1, 6, 7, read, 1]);
    expect(maybe({}).verdict).toBe("valid");
    expect(maybe({ 0: 3 })).toEqual({ verdict: "invalid", suspects: [2, 1] });
  });

  test("it leaves one out where a completed add needs its step", () => {
    // Both could make the only step; the maybe ends first, and the completed one must.
    const maybe = history([0, 0, undefined, add], [1, 1, 3, add, null], [2, 4, 5, read, 1]);
    expect(maybe({ 0: 2 })).toEqual({ verdict: "valid", order: [1, 2] });
  });

  test("it shifts steps where that makes room for all completed adds", () => {
    const maybe = history([0, 0, undefined, add], [1, 1, 4, add, null], [2, 2, 6, add, null], [3, 5, 8, read, 2], [4, 7, 9, read, 2]);
    expect(maybe({ 0: 3 })).toEqual({ verdict: "valid", order: [1, 2, 3, 4] });
  });
});

test("it wants adds of one amount that can be counted, and every answer", () => {
  const why = (...lines: Line[]): unknown => counterDeadlines.decide(operationsOf(lines));
  expect(why([0, 0, 1, add, null], [0, 2, 3, { ...add, amount: 3 }, null])).toEqual({ verdict: "inapplicable", why: "there are adds of 1 and of 3" });
  expect(why([0, 0, 1, { ...add, amount: 0 }, null])).toEqual({ verdict: "inapplicable", why: "there are adds of 0" });
  expect(why([0, 0, 1, { ...add, amount: 0.1 }, null])).toEqual({ verdict: "inapplicable", why: "the amounts are not small whole numbers" });
  expect(why([0, 0, 1, add])).toEqual({ verdict: "inapplicable", why: "an answer is missing" });
  expect(why([0, 0, 1, read, null])).toEqual({ verdict: "inapplicable", why: "an answer is missing" });
});

describe("on random histories it agrees with brute force", () => {
  const options = { keyCount: 1, valueCount: 0 };
  test.each([
    ["of ones", simulatedCounter({ ...options, amounts: [1] })],
    ["of twos backwards", simulatedCounter({ ...options, amounts: [-2] })],
    ["of adds that answer", simulatedCounter({ ...options, amounts: [1], addsAnswer: "sometimes" })],
  ])("%s", (_name, object) => {
    const { faults, valid, invalid, inapplicable } = agreementOf({ ...object, model: counterModel }, counterDeadlines, { historyCount: 7_000, maybes: 0.4 });
    expect(faults).toEqual([]);
    expect(inapplicable).toBe(0);
    expect(Math.min(valid, invalid)).toBeGreaterThan(1_000);
  });
});
