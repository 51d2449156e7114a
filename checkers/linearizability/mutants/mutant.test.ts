// The machinery of mutation tests: a mutant differs from its original in one place, and mistakes in a table are noticed.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import { isLinearizableByBruteForce } from "../brute-force.ts";
import { operationsOf } from "../simulated/handwritten.ts";
import { loadMutant, mutated } from "./mutant.fixture.ts";
import { fifoQueueModel } from "../models/fifo-queue.ts";
import type { QueueInput, QueueOutput } from "../models/fifo-queue.ts";

type Oracle = typeof import("../brute-force.ts");
type Search = typeof import("../search/reduced-search.ts");

const overtaking = operationsOf<QueueInput, QueueOutput>([
  [0, 0, 1, { f: "enqueue", key: "q", value: "1" }, null],
  [0, 2, 3, { f: "enqueue", key: "q", value: "2" }, null],
  [0, 4, 5, { f: "dequeue", key: "q" }, "2"],
]);

describe("a mutant", () => {
  test("behaves like the source with the change", async () => {
    const change = { rule: "real time", replace: "|| invokedIndex > firstCompletion", by: "" };
    const mutant = await loadMutant<Oracle>({ file: "brute-force.ts" }, change);
    expect(mutant.isLinearizableByBruteForce(fifoQueueModel, overtaking)).toBe(true);
    expect(isLinearizableByBruteForce(fifoQueueModel, overtaking)).toBe(false);
  });

  test("is seen by the files through which it is loaded", async () => {
    const change = { rule: "finished", replace: "return this.#missingCount === 0;", by: "return true;" };
    const { ReducedSearch } = await loadMutant<Search>({ file: "search/schedule.ts", through: ["search/reduced-search.ts"] }, change);
    const search = new ReducedSearch(fifoQueueModel);
    const answer = search.run(overtaking, { maxSteps: 100, limits: stepLimits(100) }, { withClasses: false });
    expect(answer).toEqual({ verdict: "valid", order: [] });
  });
});

describe("a table of mutations is wrong", () => {
  test("if the text does not occur", () => expect(() => mutated("a b", { rule: "x", replace: "c", by: "d" })).toThrow("occurs 0 times"));
  test("if the text occurs twice", () => expect(() => mutated("a b a", { rule: "x", replace: "a", by: "d" })).toThrow("occurs 2 times"));
  test("if nothing changes", () => expect(() => mutated("a b", { rule: "x", replace: "a", by: "a" })).toThrow("changes nothing"));
  test("and dollar signs mean nothing special", () => expect(mutated("a b", { rule: "x", replace: "a", by: "$&$1" })).toBe("$&$1 b"));
});
