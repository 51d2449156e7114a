// What the set checker accuses, what it lets pass, and its agreement with the definitions spelled out.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepLimits } from "../harness/checker.ts";
import type { Phase } from "../harness/operation.ts";
import { attempts, brokenIn, historyOf, judged, precedes, simulated, wordOf, type Line } from "./fixtures/story.ts";
import { setChecker, type SetInput, type SetOperation, type SetOutput } from "./set.ts";

const checker = setChecker();
type SetLine = Line<SetInput, SetOutput>;

const add = (element: string, at: number, to?: number): SetLine => ({ at, ...(to === undefined ? {} : { to, output: null }), input: { f: "add", element } });
const read = (at: number, to: number, output: readonly string[], phase: Phase = "faults"): SetLine => ({ at, to, input: { f: "read" }, output, phase });

describe("accuses", () => {
  test("a read that misses an element whose add was acknowledged before", () => {
    const verdict = judged(checker, [add("a", 1, 2), read(3, 4, [])]);
    expect(brokenIn(verdict)).toEqual(["no-stale"]);
    expect(verdict.why).toContain("a: its add was acknowledged before the read of process 1 began");
    expect(verdict.evidence).toMatchObject([
      { kind: "elements", problem: "stale", totalCount: 1, elements: [{ element: "a", operations: [{ text: "add a" }, { text: "read" }] }] },
    ]);
  });

  test("a read that misses an element of an indeterminate add that another read had shown", () => {
    expect(brokenIn(judged(checker, [add("a", 1), read(2, 3, ["a"]), read(4, 5, [])]))).toEqual(["no-stale"]);
  });

  test("an element that no read after healing shows", () => {
    expect(brokenIn(judged(checker, [add("a", 1, 2), add("b", 3, 4), read(10, 11, ["b"], "final"), read(12, 13, ["b"], "final")]))).toEqual([
      "no-stale",
      "no-lost",
      "converged",
    ]);
  });

  test("nodes that disagree after healing, without calling the element lost", () => {
    expect(brokenIn(judged(checker, [add("a", 1, 2), read(10, 11, ["a"], "final"), read(12, 13, [], "final")]))).toEqual(["no-stale", "converged"]);
  });

  test("an element shown twice", () => {
    expect(brokenIn(judged(checker, [add("a", 1, 2), read(3, 4, ["a", "a"])]))).toEqual(["no-duplicated"]);
  });

  test("elements that nobody added, whose add failed, or whose add began after the read", () => {
    const failed: SetLine = { at: 1, to: 2, type: "fail", input: { f: "add", element: "f" } };
    for (const lines of [[read(3, 4, ["x"])], [failed, read(3, 4, ["f"])], [read(1, 2, ["late"]), add("late", 3, 4)]])
      expect(brokenIn(judged(checker, lines))).toContain("no-unexpected");
  });
});

describe("lets pass", () => {
  test("a read concurrent with the add, with or without the element", () => {
    expect(judged(checker, [add("a", 1, 5), read(2, 3, ["a"]), read(4, 6, ["a"])]).verdict).not.toBe("invalid");
    expect(brokenIn(judged(checker, [add("a", 1, 5), read(2, 6, [])]))).toEqual([]);
  });

  test("indeterminate adds that appear late or never", () => {
    expect(brokenIn(judged(checker, [add("a", 1), add("b", 1), read(2, 3, []), read(4, 5, ["a"]), read(6, 7, ["a"], "final")]))).toEqual([]);
  });

  test("a read that began before another one showed the element", () => {
    expect(brokenIn(judged(checker, [add("a", 1), read(2, 4, ["a"]), read(3, 5, [])]))).toEqual([]);
  });

  test("everything that a correct set answers", () => {
    const payload = fc.oneof(fc.constant("read" as const), fc.constant("final" as const), fc.constant("add" as const));
    fc.assert(
      fc.property(attempts(payload), (all) => {
        const elements: string[] = [];
        const lines = simulated<string, SetInput, SetOutput>(all, {
          input: (what, index) => (what === "add" ? { f: "add", element: `e${index}` } : { f: "read" }),
          apply: (input) => (input.f === "add" ? (elements.push(input.element), null) : [...elements].toReversed()),
          phase: (what) => (what === "final" ? "final" : "faults"),
        });
        expect(brokenIn(judged(checker, lines))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("never calls nothing valid", () => {
  test("without a successful read", () => {
    expect(judged(checker, [add("a", 1, 2)]).verdict).toBe("unknown");
  });

  test("about losses without a read after healing", () => {
    expect(wordOf(judged(checker, [add("a", 1, 2), read(3, 4, ["a"])]), "no-lost")).toBe("unknown");
  });

  test("when its steps run out", () => {
    expect(checker.check(historyOf([add("a", 1, 2), read(3, 4, [])]), stepLimits(1)).verdict).toBe("unknown");
  });
});

test("agrees with the definitions over all histories of a few operations", () => {
  const element = fc.constantFrom("a", "b", "c");
  const operation = fc.record({
    at: fc.nat(40),
    length: fc.integer({ min: 1, max: 15 }),
    type: fc.constantFrom("ok" as const, "ok" as const, "fail" as const, "info" as const),
    input: fc.oneof(
      element.map((name): SetInput => ({ f: "add", element: name })),
      fc.constant<SetInput>({ f: "read" }),
    ),
    output: fc.array(element, { maxLength: 4 }),
    phase: fc.constantFrom<Phase[]>("faults", "final"),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 8 }), (drawn) => {
      const lines = drawn.map(({ at, length, type, input, output, phase }, index): SetLine => ({
        at: at + index / 1000,
        input,
        type,
        phase,
        ...(type === "info" ? {} : { to: at + length + index / 1000 }),
        output: input.f === "add" ? null : output,
      }));
      expect(new Set(brokenIn(judged(checker, lines)))).toEqual(oracle(historyOf(lines).operations));
    }),
    { numRuns: 3000 },
  );
});

/** The properties as they are written, over all operations and elements. */
function oracle(operations: readonly SetOperation[]): Set<string> {
  const reads = operations.filter(({ type, input }) => type === "ok" && input.f === "read");
  const finals = reads.filter(({ phase }) => phase === "final");
  const shows = (operation: SetOperation, name: string): boolean => operation.output?.includes(name) ?? false;
  const adds = (name: string): SetOperation[] => operations.filter(({ input }) => input.f === "add" && input.element === name);
  const isKnownBefore = (name: string, later: SetOperation): boolean =>
    operations.some(
      (operation) =>
        operation.type === "ok" && precedes(operation, later) && (operation.input.f === "add" ? operation.input.element === name : shows(operation, name)),
    );
  const broken = new Set<string>();
  for (const name of ["a", "b", "c"]) {
    const missing = reads.filter((operation) => isKnownBefore(name, operation) && !shows(operation, name));
    if (missing.length > 0) broken.add("no-stale");
    if (missing.some(({ phase }) => phase === "final")) broken.add("converged");
    if (missing.some(({ phase }) => phase === "final") && !finals.some((operation) => shows(operation, name))) broken.add("no-lost");
    if (reads.some(({ output }) => (output ?? []).filter((other) => other === name).length > 1)) broken.add("no-duplicated");
    if (reads.some((operation) => shows(operation, name) && !adds(name).some((add) => add.type !== "fail" && add.invokedIndex < operation.completedIndex)))
      broken.add("no-unexpected");
  }
  return broken;
}
