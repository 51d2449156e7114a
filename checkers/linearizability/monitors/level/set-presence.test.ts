// What the monitor of sets accuses and what it lets pass, by hand and against brute force.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import type { SetInput, SetOutput } from "../../models/set.ts";
import { simulatedSet } from "../../simulated/simulated-objects.ts";
import { agreementOf } from "../agreement.fixture.ts";
import { setPresence } from "./set-presence.ts";

const add: SetInput = { f: "add", key: "s", element: "1" };
const remove: SetInput = { f: "remove", key: "s", element: "1" };
const contains: SetInput = { f: "contains", key: "s", element: "1" };

function answerTo(...lines: Handwritten<SetInput, SetOutput>[]): unknown {
  return setPresence.decide(operationsOf(lines));
}

describe("it accuses", () => {
  test.each<[string, Handwritten<SetInput, SetOutput>[], number[]]>([
    ["an element that nobody added", [[0, 0, 1, contains, true]], [0]],
    [
      "an absence that nobody caused",
      [
        [0, 0, 1, add, true],
        [0, 2, 3, contains, false],
      ],
      [0, 1],
    ],
    [
      "two adds of a new element",
      [
        [0, 0, 1, add, true],
        [0, 2, 3, add, true],
      ],
      [0, 1],
    ],
    [
      "two removes of one add",
      [
        [0, 0, 1, add, true],
        [0, 2, 3, remove, true],
        [0, 4, 5, remove, true],
      ],
      [1, 2],
    ],
    [
      "a remove of what was not there before an add",
      [
        [0, 0, 1, remove, true],
        [0, 2, 3, add, true],
      ],
      [0],
    ],
    ["a refused add of what is not there", [[0, 0, 1, add, false]], [0]],
    [
      "a refused remove of what is there",
      [
        [0, 0, 1, add, true],
        [0, 2, 3, remove, false],
      ],
      [0, 1],
    ],
    [
      "a presence between a remove and the next add",
      [
        [0, 0, 1, add, true],
        [0, 2, 3, remove, true],
        [1, 4, 5, contains, true],
        [0, 6, 7, add, true],
      ],
      [1, 2],
    ],
  ])("%s", (_name, lines, suspects) => {
    const answer = setPresence.decide(operationsOf(lines));
    expect(answer.verdict === "invalid" && [...answer.suspects].toSorted((one, other) => one - other)).toEqual(suspects);
  });
});

describe("it lets pass", () => {
  test.each<[string, Handwritten<SetInput, SetOutput>[], number[]]>([
    ["nothing", [], []],
    [
      "an element that comes and goes, with observers of both",
      [
        [0, 0, 1, add, true],
        [0, 2, 3, contains, true],
        [0, 4, 5, remove, true],
        [0, 6, 7, contains, false],
        [0, 8, 9, add, true],
      ],
      [0, 1, 2, 3, 4],
    ],
    [
      "both answers during an add",
      [
        [0, 0, 5, add, true],
        [1, 1, 2, contains, false],
        [1, 3, 4, contains, true],
      ],
      [1, 0, 2],
    ],
    [
      "an add between two removes, though it ends last",
      [
        [0, 0, 1, add, true],
        [1, 2, 9, add, true],
        [0, 3, 4, remove, true],
        [0, 5, 6, remove, true],
      ],
      [0, 2, 1, 3],
    ],
    [
      "a lost add that was seen much later",
      [
        [0, 0, undefined, add],
        [1, 1, 2, contains, false],
        [1, 3, 4, contains, true],
      ],
      [1, 0, 2],
    ],
    [
      "a lost add that nobody saw",
      [
        [0, 0, undefined, add],
        [1, 1, 2, add, true],
      ],
      [1],
    ],
    [
      "a lost remove between two adds",
      [
        [0, 0, 1, add, true],
        [1, 2, undefined, remove],
        [0, 3, 4, add, true],
      ],
      [0, 1, 2],
    ],
  ])("%s", (_name, lines, order) => expect(answerTo(...lines)).toEqual({ verdict: "valid", order }));
});

describe("of an operation of unknown outcome that has an end", () => {
  const withMaybe = (...lines: Handwritten<SetInput, SetOutput>[]): unknown =>
    setPresence.decide(
      operationsOf([[0, 0, undefined, add], ...lines]).map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 3 } : operation)),
    );

  test("it lets pass what does not need it", () => expect(withMaybe([1, 1, 2, contains, false])).toEqual({ verdict: "valid", order: [1] }));
  test("it accuses what it cannot explain, whenever it ended", () =>
    expect(withMaybe([1, 4, 5, remove, true], [1, 6, 7, remove, true])).toEqual({ verdict: "invalid", suspects: [2, 1] }));
  test("it leaves the rest to the search", () =>
    expect(withMaybe([1, 1, 2, contains, true])).toEqual({ verdict: "inapplicable", why: "an operation of unknown outcome has an end" }));
});

test("it does not mix elements, and wants every answer", () => {
  expect(answerTo([0, 0, 1, add, true], [0, 2, 3, { ...add, element: "2" }, true])).toEqual({ verdict: "inapplicable", why: "there are several elements" });
  expect(answerTo([0, 0, 1, add])).toEqual({ verdict: "inapplicable", why: "an answer is missing" });
});

describe("on random histories it agrees with brute force", () => {
  test.each([
    ["of any operations", simulatedSet({ keyCount: 1, valueCount: 1 }), 0, 12_000],
    ["with maybes", simulatedSet({ keyCount: 1, valueCount: 1 }), 1, 4_000],
    ["with one add at most", simulatedSet({ keyCount: 1, valueCount: 1, addsOnce: true }), 0.2, 4_000],
  ])("%s", (_name, object, maybes, historyCount) => {
    const { faults, valid, invalid, inapplicable } = agreementOf(object, setPresence, { historyCount, maybes });
    expect(faults).toEqual([]);
    expect(Math.min(valid, invalid)).toBeGreaterThan(historyCount / 10);
    if (maybes === 0) expect(inapplicable).toBe(0);
  });
});
