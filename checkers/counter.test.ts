// What the counter checker accuses, what it lets pass, and its agreement with trying every combination.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepLimits } from "../harness/checker.ts";
import { attempts, brokenIn, historyOf, judged, precedes, simulated, wordOf, type Line } from "./fixtures/story.ts";
import type { CounterInput, CounterOperation, CounterOutput } from "./counter-history.ts";
import { counterChecker } from "./counter.ts";

const checker = counterChecker();
type CounterLine = Line<CounterInput, CounterOutput>;

const add = (at: number, to: number | undefined, delta: string, more: Partial<CounterLine> = {}): CounterLine => ({
  at,
  ...(to === undefined ? {} : { to, output: null }),
  input: { f: "add", delta },
  ...more,
});
const read = (at: number, to: number, value: string, more: Partial<CounterLine> & { maxStaleMs?: number } = {}): CounterLine => {
  const { maxStaleMs, ...rest } = more;
  return { at, to, input: { f: "read", ...(maxStaleMs === undefined ? {} : { maxStaleMs }) }, output: value, ...rest };
};

describe("bounds", () => {
  test("accuses a read that misses an acknowledged addition", () => {
    const verdict = judged(checker, [add(1, 2, "5"), read(3, 4, "0")]);
    expect(brokenIn(verdict)).toEqual(["bounds", "achievable", "node-bounds"]);
    expect(verdict.evidence[0]).toMatchObject({
      kind: "sum-bounds",
      value: "0",
      lower: "5",
      upper: "5",
      explanation: "process 1 read only 0, but at least 5 had to count",
    });
  });

  test("accuses a read that counts one addition twice, also of unknown outcome", () => {
    expect(brokenIn(judged(checker, [add(1, undefined, "5"), read(3, 4, "10")]))).toContain("bounds");
  });

  test("knows that amounts taken away bound the other side", () => {
    expect(brokenIn(judged(checker, [add(1, 2, "5"), add(1, undefined, "-3"), read(3, 4, "2")]))).toEqual([]);
    expect(brokenIn(judged(checker, [add(1, 2, "5"), add(1, undefined, "-3"), read(3, 4, "5")]))).toEqual([]);
    expect(brokenIn(judged(checker, [add(1, 2, "5"), add(1, 2, "-3"), read(3, 4, "5")]))).toContain("bounds");
  });

  test("sees an addition of one that a float of that size loses", () => {
    const large = "1152921504606846976";
    expect(brokenIn(judged(checker, [add(1, 2, large), add(1, 2, "1"), read(3, 4, large)]))).toContain("bounds");
    expect(brokenIn(judged(checker, [add(1, 2, large), add(1, 2, "1"), read(3, 4, "1152921504606846977")]))).toEqual([]);
  });

  test("ignores additions that certainly failed and allows concurrent ones", () => {
    expect(brokenIn(judged(checker, [add(1, 2, "5", { type: "fail" }), read(3, 4, "5")]))).toContain("bounds");
    expect(brokenIn(judged(checker, [add(1, 4, "5"), read(2, 3, "5"), read(2, 3, "0")]))).toEqual([]);
  });

  test("of a node count only what that node acknowledged as certain", () => {
    const lines = [add(1, 2, "5", { node: "n1" }), read(3, 4, "0", { node: "n2" })];
    expect(brokenIn(judged(checker, lines))).toEqual(["bounds", "achievable"]);
    expect(
      brokenIn(
        judged(
          checker,
          lines.map((line) => ({ ...line, node: "n1" })),
        ),
      ),
    ).toEqual(["bounds", "achievable", "node-bounds"]);
  });

  test("of a cached read leave out what is younger than its limit", () => {
    expect(brokenIn(judged(checker, [add(1, 100, "5"), read(200, 201, "0", { maxStaleMs: 100 })]))).toEqual([]);
    expect(brokenIn(judged(checker, [add(1, 100, "5"), read(201, 202, "0", { maxStaleMs: 100 })]))).toEqual(["cached-bounds"]);
    expect(brokenIn(judged(checker, [add(1, 100, "5"), read(201, 202, "6", { maxStaleMs: 100 })]))).toEqual(["cached-bounds"]);
  });
});

test("achievable accuses a sum between the bounds that no selection makes", () => {
  const lines = [add(1, undefined, "1000"), add(1, undefined, "1"), read(3, 4, "2")];
  const verdict = judged(checker, lines);
  expect(brokenIn(verdict)).toEqual(["achievable"]);
  expect(verdict.why).toBe("process 2 read 2, but 0 had to count and no selection from 1 x 1000, 1 x 1 makes up the difference.");
  for (const value of ["0", "1", "1000", "1001"]) expect(brokenIn(judged(checker, [...lines.slice(0, 2), read(3, 4, value)]))).toEqual([]);
});

test("achievable is unknown, not valid, when there are too many combinations", () => {
  const many = Array.from({ length: 60 }, (_, index) => add(1 + index / 1000, undefined, String(3 ** 30 + 7 ** (index % 20) * 2)));
  const total = many.slice(0, 30).reduce((sum, line) => sum + BigInt(line.input.f === "add" ? line.input.delta : 0), 0n);
  expect(wordOf(judged(checker, [...many, read(50, 51, String(total + 1n))]), "achievable")).toBe("unknown");
});

describe("monotone", () => {
  test("accuses a fall between reads in real time, per cluster and per node", () => {
    const lines = [add(1, undefined, "5"), read(2, 3, "5", { node: "n1" }), read(4, 5, "0", { node: "n2" })];
    expect(brokenIn(judged(checker, lines))).toEqual(["monotone"]);
    expect(
      brokenIn(
        judged(
          checker,
          lines.map((line) => ({ ...line, node: "n1" })),
        ),
      ),
    ).toEqual(["monotone", "node-monotone"]);
  });

  test("says nothing once something may have been taken away", () => {
    expect(wordOf(judged(checker, [add(1, undefined, "5"), add(1, undefined, "-5"), read(2, 3, "5"), read(4, 5, "0")]), "monotone")).toBe("not-exercised");
    expect(wordOf(judged(checker, [add(1, undefined, "5"), add(1, 2, "-5", { type: "fail" }), read(2, 3, "5"), read(4, 5, "0")]), "monotone")).toBe("invalid");
  });
});

describe("final", () => {
  const last = (at: number, value: string, node: string): CounterLine => read(at, at + 1, value, { node, phase: "final" });

  test("accuses nodes that disagree by what no indeterminate addition explains", () => {
    expect(wordOf(judged(checker, [add(1, 2, "5"), add(1, undefined, "1000"), last(10, "5", "n1"), last(12, "6", "n2")]), "final")).toBe("invalid");
    const falling = judged(checker, [add(1, undefined, "1000"), last(10, "1000", "n1"), last(12, "0", "n2")]);
    expect(wordOf(falling, "final")).toBe("invalid");
  });

  test("accuses agreement on an impossible sum", () => {
    for (const value of ["4", "10", "0"])
      expect(wordOf(judged(checker, [add(1, 2, "5"), last(10, value, "n1"), last(12, value, "n2")]), "final")).toBe("invalid");
  });

  test("cannot tell when an indeterminate addition may have taken effect between two reads", () => {
    expect(wordOf(judged(checker, [add(1, 2, "5"), add(1, undefined, "1000"), last(10, "5", "n1"), last(12, "1005", "n2")]), "final")).toBe("unknown");
  });

  test("lets reads that overlap see an indeterminate addition in either order", () => {
    const overlapping = [add(1, undefined, "7"), read(10, 20, "7", { node: "n1", phase: "final" }), read(11, 19, "0", { node: "n2", phase: "final" })];
    expect(wordOf(judged(checker, overlapping), "final")).toBe("unknown");
  });

  test("lets agreement pass, and is unknown without a final read", () => {
    expect(wordOf(judged(checker, [add(1, 2, "5"), add(1, undefined, "7"), last(10, "12", "n1"), last(12, "12", "n2")]), "final")).toBe("valid");
    expect(wordOf(judged(checker, [add(1, 2, "5"), read(3, 4, "5")]), "final")).toBe("unknown");
  });
});

const delta = fc.constantFrom("1", "1000", "-1", "-1000", "3");

test("lets everything pass that a correct counter answers", () => {
  fc.assert(
    fc.property(attempts(fc.oneof(delta, fc.constant("read"), fc.constant("cached"))), fc.boolean(), (all, onlyGrows) => {
      let value = 0n;
      const lines = simulated<string, CounterInput, CounterOutput>(all, {
        input: (what) =>
          what === "read" ? { f: "read" } : what === "cached" ? { f: "read", maxStaleMs: 20 } : { f: "add", delta: onlyGrows ? what.replace("-", "") : what },
        apply: (input) => (input.f === "add" ? ((value += BigInt(input.delta)), null) : String(value)),
        node: () => "n1",
      });
      expect(brokenIn(judged(checker, lines))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("lets a counter pass whose reads visit its shards at different instants", () => {
  fc.assert(
    fc.property(attempts(delta, 10), fc.array(fc.tuple(fc.nat(90), fc.array(fc.nat(20), { minLength: 3, maxLength: 3 })), { maxLength: 4 }), (all, reads) => {
      const shards: (readonly [number, bigint])[][] = [[], [], []];
      const lines: CounterLine[] = simulated<string, CounterInput, CounterOutput>(all, { input: (amount) => ({ f: "add", delta: amount }), apply: () => null });
      for (const [index, { at, toEffect, lateness, fate, payload }] of all.entries()) {
        if (fate === "ok" || fate === "done") shards[index % 3]?.push([at + index / 1000 + toEffect + (fate === "done" ? lateness : 0), BigInt(payload)]);
      }
      for (const [index, [at, visits]] of reads.entries()) {
        const start = at + 0.5 + index / 1000;
        const value = visits.reduce(
          (sum, visit, shard) => (shards[shard] ?? []).filter(([time]) => time <= start + 0.1 + visit).reduce((part, [, amount]) => part + amount, sum),
          0n,
        );
        lines.push(read(start, start + 21, String(value)));
      }
      expect(brokenIn(judged(checker, lines))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("agrees with the sums of all combinations", () => {
  const operation = fc.record({
    at: fc.nat(40),
    length: fc.integer({ min: 1, max: 12 }),
    node: fc.constantFrom("n1", "n2"),
    what: fc.oneof(delta, fc.constant("read")),
    value: fc.integer({ min: -3, max: 6 }),
    type: fc.constantFrom("ok" as const, "ok" as const, "fail" as const, "info" as const),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 8 }), (drawn) => {
      const lines = drawn.map(({ at, length, node, what, value, type }, index): CounterLine => {
        const times = { at: at + index / 1000, ...(type === "info" ? {} : { to: at + length + index / 1000 }) };
        return what === "read"
          ? { ...times, type, node, input: { f: "read" }, output: String(value) }
          : { ...times, type, node, input: { f: "add", delta: what }, output: null };
      });
      const verdict = judged(checker, lines);
      const expected = oracle(historyOf(lines).operations);
      for (const property of ["bounds", "node-bounds", "achievable"])
        expect([property, wordOf(verdict, property) === "invalid"]).toEqual([property, expected.has(property)]);
    }),
    { numRuns: 2000 },
  );
});

function oracle(operations: readonly CounterOperation[]): Set<string> {
  const broken = new Set<string>();
  const adds = operations
    .filter(({ type, input }) => type !== "fail" && input.f === "add")
    .map((operation) => ({ operation, amount: operation.input.f === "add" ? Number(operation.input.delta) : 0 }));
  for (const operation of operations.filter(({ type, input }) => type === "ok" && input.f === "read")) {
    const value = Number(operation.output);
    const reachable = (node: string | undefined): Set<number> => {
      let sums = new Set([0]);
      for (const { operation: addition, amount } of adds) {
        if (addition.invokedIndex > operation.completedIndex) continue;
        const isCertain = addition.type === "ok" && precedes(addition, operation) && (node === undefined || addition.node === node);
        sums = new Set([...sums].flatMap((sum) => (isCertain ? [sum + amount] : [sum, sum + amount])));
      }
      return sums;
    };
    const [cluster, node] = [reachable(undefined), reachable(operation.node)];
    if (value < Math.min(...cluster) || value > Math.max(...cluster)) broken.add("bounds");
    if (value < Math.min(...node) || value > Math.max(...node)) broken.add("node-bounds");
    if (!cluster.has(value)) broken.add("achievable");
  }
  return broken;
}

test("is unknown when its steps run out", () => {
  expect(checker.check(historyOf([add(1, 2, "5"), read(3, 4, "0")]), stepLimits(3)).verdict).toBe("unknown");
});
