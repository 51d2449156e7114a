// Less is known, but never anything else.
import { expect, test } from "vitest";
import { operationsOf } from "./simulated/handwritten.ts";
import { asMaybe, until } from "./maybe.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";

const operations = operationsOf<RegisterInput, RegisterOutput>([
  [0, 0, 3, { f: "write", key: "x", value: "1" }, null],
  [1, 1, 2, { f: "read", key: "x" }, "1"],
  [2, 4, undefined, { f: "write", key: "x", value: "2" }],
  [1, 5, 6, { f: "cas", key: "x", from: "2", to: "3" }, false],
  [1, 7, 8, { f: "cas", key: "x", from: "2", to: "3" }, true],
]);

test("a maybe keeps its time and loses its outcome; observers can then not matter", () => {
  expect(operations.map((operation) => asMaybe(registerModel, operation)).map((maybe) => maybe && [maybe.id, maybe.type, maybe.completedIndex])).toEqual([
    [0, "info", 3],
    undefined,
    [2, "info", Infinity],
    undefined,
    [4, "info", 8],
  ]);
  for (const operation of operations) expect(asMaybe(registerModel, operation) ?? {}).not.toHaveProperty("output");
});

test("until a moment nothing later was invoked, and nothing later is known", () => {
  expect(until(operations, 5).map(({ id, type, completedIndex }) => [id, type, completedIndex])).toEqual([
    [0, "ok", 3],
    [1, "ok", 2],
    [2, "info", Infinity],
    [3, "info", Infinity],
  ]);
  expect(until(operations, 5)[0]).toBe(operations[0]);
});
