// Many answers become one, and never a better one than they allow.
import { describe, expect, test } from "vitest";
import { maximalStepsListed } from "./linearization.ts";
import type { HistorySize, Part, PartitionLinearization, Violation } from "./part.ts";
import { resultOf, type Found } from "./result.ts";

const size: HistorySize = { operations: 10, completed: 9, indeterminate: 1, partitions: 3, format: "hard", readAtMs: 100 };
const empty: Part = { decided: [], violation: undefined, stopped: [], linearizations: [], steps: 5, configurations: 3, deepest: 2, finishedAtMs: 107 };
const short = { by: "depth-first search", because: "a short search was enough", count: 1 };
const zones = { by: "register zones", because: "every value is written once", count: 2 };
const violation: Violation = { why: "process 1 read 2", partition: "x", by: "register zones", because: "every value is written once", witness: [] };

function result(found: Partial<Found>): ReturnType<typeof resultOf> {
  return resultOf({ size, parts: [], stopped: [], refuted: undefined, extraSteps: 0, threadCount: 1, isCutShort: false, endedAtMs: 150, ...found });
}

function linearization(index: number, stepCount: number): PartitionLinearization {
  const steps = Array.from({ length: stepCount }, (_, operation) => ({ operation, text: "", stateAfter: "" }));
  return { index, partition: String(index), initialState: "", steps, omitted: 0 };
}

describe("valid", () => {
  test("is said when every partition was decided, with all who decided and what all of them spent", () => {
    const parts = [
      { ...empty, decided: [short, zones], deepest: 9, finishedAtMs: 103 },
      { ...empty, decided: [], linearizations: [] },
    ];
    expect(result({ parts, extraSteps: 100 })).toMatchObject({
      verdict: "valid",
      why: "9 completed operations have a legal order that respects real time",
      whyThose: "decided by register zones (2 partitions): every value is written once; depth-first search (1 partition): a short search was enough",
      algorithms: ["depth-first search", "register zones"],
      partitionsDecided: 3,
      steps: 110,
      configurations: 6,
      deepest: 9,
      milliseconds: 7,
    });
  });

  test("is never said while a partition is missing", () => {
    expect(() => result({ parts: [{ ...empty, decided: [zones] }] })).toThrow("2 decided partitions are not all of 3");
  });

  test("is not said of a history in which nothing was completed", () => {
    const vacuous = { ...size, completed: 0, partitions: 0 };
    expect(result({ size: vacuous })).toMatchObject({ verdict: "unknown", why: "no operation was completed, so nothing was tested" });
  });

  test("counts the same reason of several threads together, and lists the most frequent ones", () => {
    const others = Array.from({ length: 5 }, (_, index) => ({ ...short, because: `reason ${index}` }));
    const parts = [
      { ...empty, decided: [zones, ...others.slice(0, 2)] },
      { ...empty, decided: [...others.slice(2), { ...zones, count: 3 }] },
    ];
    const { whyThose } = result({ parts, size: { ...size, partitions: 10 } });
    expect(whyThose).toMatch(
      /^decided by register zones \(5 partitions\): every value is written once; (depth-first search \(1 partition\): reason \d; ){3}and 2 more reasons$/,
    );
  });

  test("lists linearizations in the order of the history, up to a bound that holds for all together", () => {
    const parts = [
      { ...empty, decided: [{ ...short, count: 3 }], linearizations: [linearization(2, 10), linearization(1, maximalStepsListed - 4), linearization(0, 1)] },
    ];
    const { linearizations } = result({ parts });
    expect(linearizations.map((each) => [each.index, each.steps.length, each.omitted])).toEqual([
      [0, 1, 0],
      [1, maximalStepsListed - 4, 0],
      [2, 3, 7],
    ]);
  });
});

describe("invalid", () => {
  test("wins over everything that was not decided", () => {
    const stopped = [{ reason: "time", by: "search", why: "too slow" }] as const;
    const parts = [
      { ...empty, stopped, decided: [short] },
      { ...empty, violation },
    ];
    expect(result({ parts })).toMatchObject({
      verdict: "invalid",
      why: "process 1 read 2",
      violation,
      algorithms: ["register zones"],
      linearizations: [],
      isInterrupted: false,
    });
  });

  test("holds without a witness if the search for it was ended, also by an interruption", () => {
    const stopped = [{ reason: "interrupted", by: "search", why: "ended" }] as const;
    const refuted = { ...violation, witness: null };
    expect(result({ refuted, stopped, isCutShort: true })).toMatchObject({
      verdict: "invalid",
      isInterrupted: false,
      why: "process 1 read 2; the limits ended before a smallest witness was found",
      milliseconds: 50,
    });
  });
});

describe("unknown", () => {
  test("says what stopped the first partition, and how many more there are", () => {
    const stopped = [{ reason: "memory", by: "just-in-time search", why: "x was not decided" }] as const;
    const parts = [
      { ...empty, decided: [short] },
      { ...empty, stopped },
    ];
    expect(result({ parts })).toMatchObject({
      verdict: "unknown",
      why: "x was not decided; 1 more partition was not decided either",
      algorithms: ["depth-first search", "just-in-time search"],
      isInterrupted: false,
    });
  });

  test("of a file that was not read to its end has no size and no time", () => {
    const stopped = [{ reason: "interrupted", by: "", why: "the history was not decided" }] as const;
    const found = result({ size: undefined, stopped, isCutShort: true });
    expect(found).toMatchObject({
      verdict: "unknown",
      isInterrupted: true,
      why: "the history was not decided",
      algorithms: [],
      milliseconds: 0,
      size: undefined,
    });
  });
});
