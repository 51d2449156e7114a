import { describe, expect, test } from "vitest";
import type { Json } from "./json.ts";
import { resolveReferences } from "./references.ts";

const outputs = new Map<number, Json>([
  [3, { ids: ["x", "y"], at: { term: "7" } }],
  [4, "plain"],
  [5, null],
]);

describe("a reference", () => {
  test.each<[Json, Json]>([
    [{ $from: 4 }, "plain"],
    [{ $from: 4, path: "" }, "plain"],
    [{ $from: 5 }, null],
    [{ $from: 3, path: "ids.1" }, "y"],
    [{ $from: 3, path: ["at", "term"] }, "7"],
    [{ $from: 3, path: ["ids", 0] }, "x"],
    [
      [1, { deep: { $from: 3, path: "ids" } }],
      [1, { deep: ["x", "y"] }],
    ],
  ])("%j stands for %j", (value, expected) => {
    expect(resolveReferences({ f: "write", value, key: "k" }, outputs)).toEqual({ f: "write", value: expected, key: "k" });
  });

  test.each<[Json]>([
    [{ $from: 9 }],
    [{ $from: 3, path: "ids.2" }],
    [{ $from: 3, path: "toString" }],
    [{ $from: 4, path: "length" }],
    [{ $from: 5, path: "x" }],
    [[{ $from: 9 }]],
    [{ a: { $from: 9 } }],
  ])("%j cannot be had", (value) => {
    expect(resolveReferences({ f: "write", value }, outputs)).toBeUndefined();
  });

  test("an input without one is itself, not a copy", () => {
    const input = { f: "write", value: { list: [1, null, { $from: "not a number" }] } };
    expect(resolveReferences(input, outputs)).toBe(input);
  });
});
