// Generators that remember: immutable, and never making the same value twice, also when a run asks for a second one.
import { expect, test } from "vitest";
import { execute } from "../harness/generators/fixtures/simulated-executor.ts";
import { seededRandom } from "../harness/random.ts";
import { setWorkload } from "./set.ts";
import { unfold } from "./unfold.ts";

type Counted = { readonly f: "count"; readonly value: number; readonly serial: number };

const counting = unfold<number, Counted>(0, {
  next: (state, _context, serial) => ({ invoke: { input: { f: "count", value: state, serial } }, state: state + 1 }),
  completed: (state, { outcome }) => (outcome.type === "fail" ? 0 : state),
});

test("carries its state from operation to operation, and hears how they ended", () => {
  const operations = execute(counting, {
    clients: 1,
    untilMs: 60,
    outcome: (_random, { value }) => (value === 2 ? { type: "fail", error: "no" } : { type: "ok", output: null }),
  });
  expect(operations.map(({ input }) => input.value)).toEqual([0, 1, 2, 0, 1, 2]);
});

test("an answer that is discarded has no effect", () => {
  const context = () => ({ timeMs: 0, free: [0], clientCount: 1, nodes: ["n1"], random: seededRandom("same") });
  expect(JSON.stringify(counting.next(context()))).toBe(JSON.stringify(counting.next(context())));
});

test("serials go up by one and begin elsewhere in every generator of a run", () => {
  const serials = execute(counting, { clients: 1, untilMs: 100 }).map(({ input }) => input.serial);
  expect(serials).toEqual(serials.map((_, index) => (serials[0] ?? 0) + index));
  const options = { nodes: ["n1"], clientCount: 3, rateHz: 50, durationMs: 1000, parameters: {} };
  const elements = ["load", "core"].flatMap((seed) =>
    execute(setWorkload.generator(options), { clients: 3, seed }).flatMap(({ input }) => (input.f === "add" ? [JSON.stringify(input)] : [])),
  );
  expect(elements.length).toBeGreaterThan(100);
  expect(new Set(elements).size).toBe(elements.length);
});
