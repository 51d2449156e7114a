// What the monitor of mutexes accuses and what it lets pass, by hand and against brute force.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import type { MutexInput, MutexOutput } from "../../models/mutex.ts";
import { simulatedMutex } from "../../simulated/simulated-objects.ts";
import { agreementOf } from "../agreement.fixture.ts";
import { mutexHolders } from "./mutex-holders.ts";

const acquire = (owner: string): MutexInput => ({ f: "acquire", key: "l", owner });
const release = (owner: string): MutexInput => ({ f: "release", key: "l", owner });

type Line = Handwritten<MutexInput, MutexOutput>;

describe("it accuses", () => {
  test.each<[string, Line[], number[]]>([
    [
      "two holders at once",
      [
        [0, 0, 1, acquire("a"), true],
        [1, 2, 3, acquire("b"), true],
        [0, 4, 5, release("a"), true],
        [1, 6, 7, release("b"), true],
      ],
      [0, 1, 2, 3],
    ],
    [
      "a holder after one that never released",
      [
        [0, 0, 1, acquire("a"), true],
        [1, 2, 3, acquire("b"), true],
      ],
      [0, 1],
    ],
    ["a release without an acquisition", [[0, 0, 1, release("a"), true]], [0]],
    [
      "a second release",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 3, release("a"), true],
        [0, 4, 5, release("a"), true],
      ],
      [1, 2],
    ],
    [
      "a second acquisition of a holder",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 3, acquire("a"), true],
      ],
      [0, 1],
    ],
    [
      "a refused release of a holder",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 3, release("a"), false],
      ],
      [0, 1],
    ],
    [
      "a refusal before anybody held it",
      [
        [0, 0, 1, acquire("a"), false],
        [1, 2, 3, acquire("b"), true],
      ],
      [0, 1],
    ],
    [
      "a refusal after everybody released it",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 3, release("a"), true],
        [1, 4, 5, acquire("b"), false],
      ],
      [1, 2],
    ],
    [
      "a refusal between two holders",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 3, release("a"), true],
        [1, 4, 5, acquire("b"), false],
        [2, 6, 7, acquire("c"), true],
      ],
      [1, 2, 3],
    ],
  ])("%s", (_name, lines, suspects) => {
    const answer = mutexHolders.decide(operationsOf(lines));
    expect(answer.verdict === "invalid" && [...answer.suspects].toSorted((one, other) => one - other)).toEqual(suspects);
  });
});

describe("it lets pass", () => {
  test.each<[string, Line[], number[]]>([
    ["nothing", [], []],
    [
      "holders in turn that only seem to overlap",
      [
        [0, 0, 1, acquire("a"), true],
        [1, 2, 5, acquire("b"), true],
        [0, 3, 4, release("a"), true],
        [1, 6, 7, release("b"), true],
      ],
      [0, 2, 1, 3],
    ],
    [
      "a refusal while two hands meet",
      [
        [0, 0, 1, acquire("a"), true],
        [1, 2, 9, acquire("b"), true],
        [0, 3, 8, release("a"), true],
        [2, 4, 5, acquire("c"), false],
        [2, 6, 7, acquire("c"), false],
      ],
      [0, 2, 1, 3, 4],
    ],
    [
      "refusals on both sides of a gap",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 4, release("a"), true],
        [1, 3, 6, acquire("b"), false],
        [2, 5, 8, acquire("c"), false],
        [3, 7, 9, acquire("d"), true],
      ],
      [0, 2, 1, 4, 3],
    ],
    [
      "a refused release of somebody else",
      [
        [0, 0, 1, acquire("a"), true],
        [1, 2, 3, release("b"), false],
      ],
      [0, 1],
    ],
    [
      "a refusal of the holder itself",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, 3, acquire("a"), false],
      ],
      [0, 1],
    ],
    [
      "a lost release that let the next in",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, undefined, release("a")],
        [1, 3, 4, acquire("b"), true],
      ],
      [0, 1, 2],
    ],
    [
      "a lost release that kept others out",
      [
        [0, 0, 1, acquire("a"), true],
        [0, 2, undefined, release("a")],
        [1, 3, 4, acquire("b"), false],
      ],
      [0, 2, 1],
    ],
    [
      "a lost acquisition that kept others out",
      [
        [0, 0, undefined, acquire("a")],
        [1, 1, undefined, acquire("b")],
        [2, 2, 3, acquire("c"), false],
      ],
      [0, 2],
    ],
    [
      "a lost acquisition after the last release",
      [
        [0, 0, 1, acquire("a"), true],
        [1, 2, undefined, acquire("b")],
        [0, 3, 4, release("a"), true],
        [2, 5, 6, acquire("c"), false],
      ],
      [0, 2, 1, 3],
    ],
  ])("%s", (_name, lines, order) => expect(mutexHolders.decide(operationsOf(lines))).toEqual({ verdict: "valid", order }));
});

describe("of operations of unknown outcome that have an end", () => {
  const history =
    (...lines: Line[]) =>
    (ends: Readonly<Record<number, number>>) =>
      mutexHolders.decide(operationsOf(lines).map((operation) => ({ ...operation, completedIndex: ends[operation.id] ?? operation.completedIndex })));

  test("it uses a release where the owner acquires again", () => {
    expect(history([0, 0, 1, acquire("a"), true], [0, 2, undefined, release("a")], [0, 4, 5, acquire("a"), true])({ 1: 3 })).toEqual({
      verdict: "valid",
      order: [0, 1, 2],
    });
  });
  test("it uses a release before a refused one", () => {
    expect(history([0, 0, 1, acquire("a"), true], [0, 2, undefined, release("a")], [0, 4, 5, release("a"), false])({ 1: 3 })).toEqual({
      verdict: "valid",
      order: [0, 1, 2],
    });
  });
  test("it uses an acquisition where the owner releases", () => {
    expect(history([0, 0, undefined, acquire("a")], [0, 2, 3, release("a"), true])({ 0: 1 })).toEqual({ verdict: "valid", order: [0, 1] });
  });
  test("it lets others in between where an owner may have given back and taken again", () => {
    const maybes = history(
      [0, 0, 1, acquire("a"), true],
      [0, 2, undefined, release("a")],
      [1, 4, 5, acquire("b"), true],
      [1, 6, 7, release("b"), true],
      [0, 8, undefined, acquire("a")],
      [0, 10, 11, release("a"), true],
    );
    expect(maybes({ 1: 3, 4: 9 })).toEqual({ verdict: "valid", order: [0, 1, 2, 3, 4, 5] });
  });
  test("it leaves refusals to the search that one may explain", () => {
    const why = "an operation of unknown outcome that has an end may explain a refusal";
    expect(history([0, 0, undefined, acquire("a")], [1, 2, 3, acquire("b"), false])({ 0: 1 })).toEqual({ verdict: "inapplicable", why });
    expect(history([0, 0, 1, acquire("b"), false], [0, 2, undefined, acquire("a")])({ 1: 3 })).toEqual({ verdict: "invalid", suspects: [0] });
    expect(history([0, 0, 1, acquire("a"), true], [0, 2, undefined, release("a")], [1, 4, 5, acquire("b"), false])({ 1: 3 })).toEqual({
      verdict: "inapplicable",
      why,
    });
  });
});

test("it wants owners that do one thing after the other, and every answer", () => {
  const overlapping: Line[] = [
    [0, 0, 2, acquire("a"), true],
    [1, 1, 3, release("a"), true],
  ];
  expect(mutexHolders.decide(operationsOf(overlapping))).toEqual({ verdict: "inapplicable", why: "operations of a overlap" });
  // The contradiction in front may be none: the second acquisition may have come first.
  const before: Line[] = [
    [0, 0, 5, release("a"), true],
    [1, 1, 4, acquire("a"), true],
  ];
  expect(mutexHolders.decide(operationsOf(before))).toEqual({ verdict: "inapplicable", why: "operations of a overlap" });
  expect(mutexHolders.decide(operationsOf([[0, 0, 1, acquire("a")]]))).toEqual({ verdict: "inapplicable", why: "an answer is missing" });
});

test("on random histories it agrees with brute force", () => {
  const object = simulatedMutex({ keyCount: 1, valueCount: 0, ownersAreProcesses: true });
  for (const maybes of [0, 0.6]) {
    const { faults, valid, invalid } = agreementOf(object, mutexHolders, { historyCount: 12_000, maybes });
    expect(faults).toEqual([]);
    expect(Math.min(valid, invalid)).toBeGreaterThan(1_000);
  }
});
