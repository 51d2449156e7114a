import { expect, test } from "vitest";
import { DrawnOperations } from "./drawn-operations.ts";
import type { ScriptedOperation } from "./plan.ts";

const operation = (id: number, extra: Partial<ScriptedOperation> = {}): ScriptedOperation => ({
  id,
  process: id % 3,
  atMs: id / 2,
  phase: "faults",
  input: { f: "write", value: id },
  ...extra,
});

test("what was added comes back, in order, with and without a node", () => {
  const drawn = new DrawnOperations();
  const operations = Array.from({ length: 1_000 }, (_, id) => operation(id, id % 2 === 0 ? { node: `n${id % 5}` } : { phase: "final" }));
  for (const each of operations) drawn.add(each);
  expect(drawn.toArray()).toEqual(operations);
  expect(drawn.nextId).toBe(1_000);
});

test("outputs are found by id, also by the ids of a script that was cut down", () => {
  const drawn = new DrawnOperations();
  for (const id of [7, 1, 4]) drawn.add(operation(id));
  drawn.answered(4, "four");
  drawn.answered(7, null);
  expect([drawn.get(4), drawn.get(7), drawn.get(1)]).toEqual(["four", null, undefined]);
  expect(drawn.nextId).toBe(8);
  // Positions 0 and 2 are taken by other ids, and there is no position 9.
  expect([drawn.get(0), drawn.get(2), drawn.get(9)]).toEqual([undefined, undefined, undefined]);
});
