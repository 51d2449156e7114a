// The promise of the keys, and what is said of a linearization that is not listed in full.
import { expect, test } from "vitest";
import { checkDocument } from "./document.ts";
import type { CheckResult } from "./result.ts";

const size = { operations: 10, completed: 10, indeterminate: 0, partitions: 2, format: "hard", readAtMs: 0 };
const linearization = { partition: "x", initialState: "empty", steps: [], omitted: 0 };
const valid: CheckResult = {
  verdict: "valid",
  isInterrupted: false,
  why: "all is well",
  algorithms: ["queue order", "depth-first search"],
  whyThose: "decided by both",
  size,
  milliseconds: 1.23456,
  peakMemoryBytes: 1000,
  violation: undefined,
  linearizations: [
    { ...linearization, index: 0 },
    { ...linearization, index: 1, partition: "y" },
  ],
  steps: 1,
  configurations: 2,
  deepest: 3,
  partitionsDecided: 2,
  threadCount: 1,
};

test("a document has all keys in their order, whatever is known", () => {
  const keys = ["verdict", "algorithm", "operations", "partitions", "milliseconds", "peakMemoryBytes", "witness", "linearization", "why"];
  expect(Object.keys(checkDocument(valid))).toEqual(keys);
  const nothing: CheckResult = { ...valid, verdict: "unknown", size: undefined, algorithms: [], whyThose: "", linearizations: [] };
  expect(Object.keys(checkDocument(nothing))).toEqual(keys);
  expect(checkDocument(nothing)).toMatchObject({ algorithm: null, operations: null, partitions: null, witness: null, linearization: null, why: "all is well" });
});

test("algorithms are joined, reasons follow, microseconds are enough", () => {
  expect(checkDocument(valid)).toMatchObject({ algorithm: "queue order, depth-first search", why: "all is well; decided by both", milliseconds: 1.235 });
  expect(checkDocument(valid)["linearization"]).toEqual([linearization, { ...linearization, partition: "y" }].map(({ omitted: _none, ...listed }) => listed));
});

test("what is left out of a linearization is said, steps and partitions", () => {
  const cut = { ...valid, linearizations: [{ ...linearization, index: 0, omitted: 5 }] };
  expect(checkDocument(cut)["why"]).toBe("all is well; decided by both; of the linearization, the first 0 steps of 1 of 2 partitions are listed");
  expect(checkDocument(cut)["linearization"]).toEqual([{ ...linearization, omitted: 5 }]);
});
