// What the bounds of counters accuse, by hand; and that they never accuse wrongly, against brute force.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import type { CounterInput, CounterOutput } from "../../models/counter.ts";
import { simulatedCounter } from "../../simulated/simulated-objects.ts";
import { agreementOf } from "../agreement.fixture.ts";
import { counterBounds } from "./counter-bounds.ts";

const add = (amount: number): CounterInput => ({ f: "add", key: "c", amount });
const read: CounterInput = { f: "read", key: "c" };

type Line = Handwritten<CounterInput, CounterOutput>;

describe("they accuse", () => {
  test.each<[string, Line[], number[]]>([
    [
      "less than was added before, with the largest adds",
      [
        [0, 0, 1, add(1), null],
        [0, 2, 3, add(5), null],
        [0, 4, 5, add(7), null],
        [1, 6, 7, read, 4],
      ],
      [3, 2],
    ],
    [
      "less than several adds make, whatever was subtracted",
      [
        [0, 0, 1, add(5), null],
        [0, 2, 3, add(5), null],
        [1, 4, 8, add(-2), null],
        [2, 5, 6, read, 6],
      ],
      [3, 0, 1],
    ],
    [
      "more than was added until the end",
      [
        [0, 0, 5, add(2), null],
        [1, 1, 2, read, 3],
        [1, 6, 7, add(9), null],
      ],
      [1],
    ],
    [
      "more than was left",
      [
        [0, 0, undefined, add(5)],
        [1, 1, 2, add(-3), null],
        [1, 3, 4, read, 3],
      ],
      [2, 1],
    ],
    ["an answer that lacks its own amount", [[0, 0, 1, add(3), 2]], [0]],
    ["an answer that has more than its own amount", [[0, 0, 1, add(-3), -2]], [0]],
    [
      "a value that falls though nothing is subtracted",
      [
        [0, 0, 9, add(5), null],
        [1, 1, 2, read, 5],
        [1, 3, 4, read, 0],
      ],
      [1, 2],
    ],
    [
      "a value that rises though nothing is added",
      [
        [0, 0, 9, add(-5), null],
        [1, 1, 2, read, -5],
        [1, 3, 4, read, 0],
      ],
      [1, 2],
    ],
    [
      "an answer that begins below a value before",
      [
        [0, 0, 9, add(5), null],
        [1, 1, 2, read, 5],
        [1, 3, 4, add(1), 1],
      ],
      [1, 2],
    ],
  ])("%s", (_name, lines, suspects) => expect(counterBounds.decide(operationsOf(lines))).toEqual({ verdict: "invalid", suspects }));
});

describe("they let pass", () => {
  test.each<[string, Line[]]>([
    [
      "values at both bounds",
      [
        [0, 0, 3, add(5), null],
        [1, 1, 4, add(-2), null],
        [2, 2, 5, read, -2],
        [3, 2, 5, read, 5],
      ],
    ],
    [
      "a fall where something is subtracted",
      [
        [0, 0, 1, add(5), 5],
        [0, 2, 3, add(-5), 0],
        [0, 4, 5, read, 0],
      ],
    ],
    [
      "a value that an add makes at the moment at which the read ends",
      [
        [0, 0, 5, read, 3],
        [1, 5, 6, add(3), null],
      ],
    ],
    [
      "a value without an add that ended when the read began",
      [
        [0, 0, 5, add(3), null],
        [1, 5, 6, read, 0],
      ],
    ],
  ])("%s, which proves nothing", (_name, lines) =>
    expect(counterBounds.decide(operationsOf(lines))).toEqual({ verdict: "inapplicable", why: "no value is out of its bounds, which proves nothing" }),
  );
});

test("fractions and huge amounts are left to the search", () => {
  const why = { verdict: "inapplicable", why: "the amounts are not small whole numbers" };
  expect(counterBounds.decide(operationsOf([[0, 0, 1, add(0.5), null]]))).toEqual(why);
  expect(
    counterBounds.decide(
      operationsOf([
        [0, 0, 1, add(2 ** 52), null],
        [0, 2, 3, add(-(2 ** 52)), null],
      ]),
    ),
  ).toEqual(why);
});

describe("on random histories they accuse only what brute force does", () => {
  const options = { keyCount: 1, valueCount: 0 };
  test.each([
    ["of both signs", simulatedCounter({ ...options, amounts: [1, 2, 3, -1] })],
    ["of adds that answer", simulatedCounter({ ...options, amounts: [1, 2, 3], addsAnswer: "sometimes" })],
    ["of subtractions", simulatedCounter({ ...options, amounts: [-1, -4], addsAnswer: "sometimes" })],
  ])("%s", (_name, object) => {
    const { faults, valid, invalid } = agreementOf(object, counterBounds, { historyCount: 7_000, maybes: 0.3 });
    expect(faults).toEqual([]);
    expect(valid).toBe(0);
    expect(invalid).toBeGreaterThan(1_000);
  });
});
