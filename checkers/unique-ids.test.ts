// What the id checker accuses, property by property, and what it lets pass.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenIn, historyOf, judged, precedes, wordOf, type Line } from "./fixtures/story.ts";
import { uniqueIdsChecker, type UniqueIdsInput, type UniqueIdsOperation, type UniqueIdsOutput } from "./unique-ids.ts";

const checker = uniqueIdsChecker();
type IdLine = Line<UniqueIdsInput, UniqueIdsOutput>;

const generate = (at: number, to: number, ids: readonly string[], more: Partial<IdLine> & { after?: string; count?: number } = {}): IdLine => {
  const { after, count = ids.length, ...rest } = more;
  return { at, to, input: { f: "generate", ...(count === 1 ? {} : { count }), ...(after === undefined ? {} : { after }) }, output: { ids }, ...rest };
};

describe("unique", () => {
  test("accuses an id given to two processes, naming both", () => {
    const verdict = judged(checker, [generate(1, 5, ["7"]), generate(2, 6, ["7"])]);
    expect(brokenIn(verdict)).toEqual(["unique"]);
    expect(verdict.why).toBe("id 7 was given to process 0 and again to process 1.");
    expect(verdict.evidence).toMatchObject([{ kind: "witness", property: "unique", operations: [{ id: 0 }, { id: 1 }] }]);
  });

  test("accuses an id twice in one answer", () => {
    expect(brokenIn(judged(checker, [generate(1, 2, ["3", "3"])]))).toEqual(["unique", "batch-ordered"]);
  });

  test("tells ids apart that are equal as numbers of JavaScript", () => {
    expect(brokenIn(judged(checker, [generate(1, 2, ["9007199254740992"]), generate(3, 4, ["9007199254740993"])]))).toEqual([]);
  });

  test("ignores requests without an answer", () => {
    expect(
      judged(checker, [
        { at: 1, input: { f: "generate" } },
        { at: 1, to: 2, type: "fail", input: { f: "generate" } },
      ]).verdict,
    ).toBe("unknown");
  });
});

describe("monotone", () => {
  test("accuses a smaller id after a larger one, as numbers and not as text", () => {
    expect(brokenIn(judged(checker, [generate(1, 2, ["10"]), generate(3, 4, ["9"])]))).toEqual(["monotone", "monotone-per-node"]);
    expect(brokenIn(judged(checker, [generate(1, 2, ["9"]), generate(3, 4, ["10"])]))).toEqual([]);
  });

  test("compares as text when ids are not numbers", () => {
    expect(brokenIn(judged(checker, [generate(1, 2, ["0b"]), generate(3, 4, ["0a"])]))).toContain("monotone");
    expect(brokenIn(judged(uniqueIdsChecker({ order: "text" }), [generate(1, 2, ["9"]), generate(3, 4, ["10"])]))).toContain("monotone");
  });

  test("knows no order between concurrent requests", () => {
    expect(brokenIn(judged(checker, [generate(1, 4, ["10"]), generate(3, 5, ["9"])]))).toEqual([]);
  });

  test("accuses per node only what one node did", () => {
    const apart = [generate(1, 2, ["10"], { node: "n1" }), generate(3, 4, ["9"], { node: "n2" })];
    expect(brokenIn(judged(checker, apart))).toEqual(["monotone"]);
    expect(
      brokenIn(
        judged(
          checker,
          apart.map((line) => ({ ...line, node: "n1" })),
        ),
      ),
    ).toEqual(["monotone", "monotone-per-node"]);
  });

  test("accuses beyond the skew only when the requests are further apart than that", () => {
    const spread = (gapMs: number): IdLine[] => [generate(1, 2, ["10"]), generate(2 + gapMs, 5000, ["9"])];
    expect(wordOf(judged(checker, spread(1000)), "monotone-beyond-skew")).toBe("valid");
    expect(wordOf(judged(checker, spread(1001)), "monotone-beyond-skew")).toBe("invalid");
    expect(wordOf(judged(uniqueIdsChecker({ skewMs: 5 }), spread(6)), "monotone-beyond-skew")).toBe("invalid");
  });

  test("holds every id of a batch against every earlier id", () => {
    expect(brokenIn(judged(checker, [generate(1, 2, ["5", "9"]), generate(3, 4, ["7", "12"])]))).toEqual(["monotone", "monotone-per-node"]);
  });
});

test("causal accuses an id that is not above its token, also when the two are equal", () => {
  expect(wordOf(judged(checker, [generate(1, 2, ["5"], { after: "5" })]), "causal")).toBe("invalid");
  expect(wordOf(judged(checker, [generate(1, 2, ["5"], { after: "6" })]), "causal")).toBe("invalid");
  expect(wordOf(judged(checker, [generate(1, 2, ["5"], { after: "4" })]), "causal")).toBe("valid");
  expect(wordOf(judged(checker, [generate(1, 2, ["5"])]), "causal")).toBe("not-exercised");
});

test("batches must ascend and be complete", () => {
  expect(brokenIn(judged(checker, [generate(1, 2, ["5", "4"])]))).toEqual(["batch-ordered"]);
  expect(brokenIn(judged(checker, [generate(1, 2, ["4", "5"], { count: 3 })]))).toEqual(["batch-complete"]);
  expect(wordOf(judged(checker, [generate(1, 2, ["4"])]), "batch-ordered")).toBe("not-exercised");
});

test("agrees with the definitions over all pairs", () => {
  const request = fc.record({
    at: fc.nat(60),
    length: fc.integer({ min: 1, max: 20 }),
    ids: fc.array(fc.integer({ min: 8, max: 14 }), { minLength: 1, maxLength: 3 }),
    node: fc.constantFrom("n1", "n2"),
    after: fc.option(fc.integer({ min: 6, max: 12 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 6 }), (drawn) => {
      const lines = drawn.map(({ at, length, ids, node, after }, index) =>
        generate(at + index / 1000, at + length + index / 1000, ids.map(String), { node, ...(after === undefined ? {} : { after: String(after) }) }),
      );
      expect(new Set(brokenIn(judged(uniqueIdsChecker({ skewMs: 10 }), lines)))).toEqual(oracle(historyOf(lines).operations));
    }),
    { numRuns: 2000 },
  );
});

function oracle(operations: readonly UniqueIdsOperation[]): Set<string> {
  const broken = new Set<string>();
  const idsOf = (operation: UniqueIdsOperation): number[] => (operation.output?.ids ?? []).map(Number);
  const all = operations.flatMap((operation) => idsOf(operation).map((id, position) => ({ operation, id, position })));
  for (const a of all) {
    if (a.operation.input.after !== undefined && a.id <= Number(a.operation.input.after)) broken.add("causal");
    for (const b of all) {
      if (a !== b && a.id === b.id) broken.add("unique");
      if (a.operation === b.operation && a.position < b.position && a.id >= b.id) broken.add("batch-ordered");
      if (!precedes(a.operation, b.operation) || a.id < b.id) continue;
      broken.add("monotone");
      if (a.operation.node === b.operation.node) broken.add("monotone-per-node");
      if (b.operation.invokedNs - a.operation.completedNs > 10e6) broken.add("monotone-beyond-skew");
    }
  }
  return broken;
}
