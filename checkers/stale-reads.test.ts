// What the stale-read checker accuses, what it lets pass, and its agreement with every placement of indeterminate writes.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempts, brokenIn, judged, simulated, wordOf, type Line } from "./fixtures/story.ts";
import { staleReadsChecker, type StaleInput, type StaleOutput } from "./stale-reads.ts";

const checker = staleReadsChecker();
type StaleLine = Line<StaleInput, StaleOutput>;

const write = (at: number, to: number | undefined, value: string, revision = "0", key = "k"): StaleLine => ({
  at,
  ...(to === undefined ? {} : { to, output: { revision } }),
  input: { f: "write", key, value },
});
const read = (at: number, to: number, value: string | null, revision: string, after?: string): StaleLine => ({
  at,
  to,
  input: { f: "stale-read", key: "k", ...(after === undefined ? {} : { after }) },
  output: { value, revision },
});
const twoWrites = [write(1, 2, "a", "3"), write(3, 4, "b", "7")];

describe("accuses", () => {
  test("a value at a revision where another had replaced it", () => {
    const verdict = judged(checker, [...twoWrites, read(5, 6, "a", "7")]);
    expect(brokenIn(verdict)).toEqual(["prefix"]);
    expect(verdict.why).toBe("at revision 7, k is b for process 1 and a for process 2.");
    expect(brokenIn(judged(checker, [...twoWrites, read(5, 6, "a", "9")]))).toEqual(["prefix"]);
  });

  test("a value before the revision at which it was written", () => {
    expect(brokenIn(judged(checker, [...twoWrites, read(5, 6, "b", "6")]))).toEqual(["prefix"]);
  });

  test("nothing, after something was there", () => {
    expect(brokenIn(judged(checker, [...twoWrites, read(5, 6, null, "3")]))).toEqual(["prefix"]);
    expect(brokenIn(judged(checker, [write(1, undefined, "a"), read(2, 3, "a", "4"), read(5, 6, null, "5")]))).toEqual(["prefix"]);
  });

  test("two answers that contradict each other, whatever the indeterminate writes did", () => {
    const pending = [write(1, undefined, "a"), write(1, undefined, "b")];
    expect(brokenIn(judged(checker, [...pending, read(2, 3, "a", "5"), read(4, 5, "b", "5")]))).toEqual(["prefix"]);
    expect(brokenIn(judged(checker, [...pending, read(2, 3, "a", "5"), read(4, 5, "b", "6"), read(6, 7, "a", "8")]))).toEqual(["prefix"]);
  });

  test("values that nobody had begun to write", () => {
    const failed: StaleLine = { at: 1, to: 2, type: "fail", input: { f: "write", key: "k", value: "f" } };
    for (const lines of [[read(5, 6, "x", "5")], [failed, read(5, 6, "f", "5")], [read(1, 2, "late", "5"), write(3, 4, "late", "5")]])
      expect(brokenIn(judged(checker, lines))).toEqual(["prefix"]);
  });

  test("a session that goes back, and revisions against real time", () => {
    expect(brokenIn(judged(checker, [...twoWrites, read(5, 6, "a", "3", "4")]))).toEqual(["session-monotonic"]);
    expect(brokenIn(judged(checker, [write(1, 2, "a", "10"), write(3, 4, "b", "9")]))).toEqual(["revisions-increase"]);
  });
});

test("lets old answers pass, at their revision or without a session", () => {
  expect(
    brokenIn(judged(checker, [...twoWrites, read(5, 6, "a", "3", "3"), read(7, 8, "a", "6"), read(9, 10, null, "2"), read(11, 12, "b", "7", "7")])),
  ).toEqual([]);
  expect(wordOf(judged(checker, twoWrites), "prefix")).toBe("not-exercised");
});

test("lets everything pass that replicas of a correct store answer, however far behind", () => {
  const payload = fc.record({ what: fc.constantFrom("write" as const, "read" as const), key: fc.constantFrom("k", "l"), lag: fc.nat(4) });
  fc.assert(
    fc.property(attempts(payload), (all) => {
      const log: { key: string; value: string }[] = [];
      const lags = new Map(all.map(({ payload: { lag } }, index) => [String(index), lag]));
      const lines = simulated<{ what: "write" | "read"; key: string; lag: number }, StaleInput, StaleOutput>(all, {
        // The lag travels as the session token of the read: answers are at least as new.
        input: ({ what, key }, index) =>
          what === "write" ? { f: "write", key, value: `v${index}` } : { f: "stale-read", key, after: String(-(lags.get(String(index)) ?? 0)) },
        apply(input) {
          if (input.f === "write") return { revision: String(log.push({ key: input.key, value: input.value })) };
          const revision = Math.max(0, log.length + Number(input.after));
          return { revision: String(revision), value: log.slice(0, revision).findLast(({ key }) => key === input.key)?.value ?? null };
        },
      });
      expect(brokenIn(judged(checker, lines))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("accuses exactly when no placement of the indeterminate writes explains all answers about a key", () => {
  const answer = fc.record({ revision: fc.integer({ min: 1, max: 7 }), value: fc.constantFrom(null, "a", "b", "p", "q") });
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 5 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (answers, first, gap) => {
      const fixed: readonly (readonly [string, number])[] = [
        ["a", first],
        ["b", first + gap],
      ];
      // Half-way revisions for the indeterminate ones: other keys' writes lie between, so there is always room.
      const lines = [
        write(1, 2, "a", String(first * 10)),
        write(3, 4, "b", String((first + gap) * 10)),
        write(1, undefined, "p"),
        write(1, undefined, "q"),
        ...answers.map(({ revision, value }, index) => read(10 + index, 100, value, String(revision * 10))),
      ];
      expect(brokenIn(judged(checker, lines)).includes("prefix")).toBe(!isExplainable(fixed, answers));
    }),
    { numRuns: 2000 },
  );
});

/** Tries every revision in steps of a half, and none, for both indeterminate writes. */
function isExplainable(fixed: readonly (readonly [string, number])[], answers: readonly { revision: number; value: string | null }[]): boolean {
  const places = [undefined, ...Array.from({ length: 30 }, (_, index) => index / 4 + 0.125)];
  return places.some((p) =>
    places.some((q) => {
      const writes = [...fixed, ...(p === undefined ? [] : [["p", p] as const]), ...(q === undefined ? [] : [["q", q + 0.0625] as const])].toSorted(
        (a, b) => a[1] - b[1],
      );
      return answers.every(({ revision, value }) => (writes.findLast(([, at]) => at <= revision)?.[0] ?? null) === value);
    }),
  );
}
