// What the likes checker accuses, what it lets pass, and its agreement with every order of requests.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempts, brokenIn, historyOf, judged, precedes, simulated, wordOf, type Line } from "./fixtures/story.ts";
import { uniqueLikesChecker, type LikesInput, type LikesOperation, type LikesOutput } from "./unique-likes.ts";

const checker = uniqueLikesChecker();
type LikesLine = Line<LikesInput, LikesOutput>;

const change = (f: "like" | "unlike", user: string, at: number, to?: number): LikesLine => ({
  at,
  ...(to === undefined ? {} : { to, output: null }),
  input: { f, user },
});
const likes = (at: number, to: number, value: string, more: Partial<LikesLine> = {}): LikesLine => ({ at, to, input: { f: "likes" }, output: value, ...more });

describe("accuses", () => {
  test("a repeated like that counts twice", () => {
    const verdict = judged(checker, [change("like", "u", 1, 2), change("like", "u", 3, 4), likes(5, 6, "2")]);
    expect(brokenIn(verdict)).toEqual(["unique-likes"]);
    expect(verdict.why).toBe("process 2 read 2, but at least 1 and at most 1 users can have liked it then.");
  });

  test("an unlike without a like that counts below zero, and one that is forgotten", () => {
    expect(brokenIn(judged(checker, [change("unlike", "u", 1, 2), likes(3, 4, "-1")]))).toEqual(["unique-likes"]);
    expect(brokenIn(judged(checker, [change("like", "u", 1, 2), change("unlike", "u", 3, 4), likes(5, 6, "1")]))).toEqual(["unique-likes"]);
  });

  test("a wrong number after healing, also as a claim of its own", () => {
    expect(brokenIn(judged(checker, [change("like", "u", 1, 2), likes(5, 6, "0", { phase: "final" })]))).toEqual(["unique-likes", "final-likes"]);
  });
});

describe("lets pass", () => {
  test("either result of concurrent requests and of those of unknown outcome", () => {
    for (const value of ["0", "1"]) {
      expect(brokenIn(judged(checker, [change("like", "u", 1, 4), change("unlike", "u", 2, 3), likes(5, 6, value)]))).toEqual([]);
      expect(brokenIn(judged(checker, [change("like", "u", 1, 2), change("unlike", "u", 3), likes(50, 60, value)]))).toEqual([]);
    }
  });

  test("everything that a correct counter of users answers", () => {
    const payload = fc.record({ f: fc.constantFrom("like" as const, "unlike" as const, "likes" as const), user: fc.constantFrom("u", "v") });
    fc.assert(
      fc.property(attempts(payload), (all) => {
        const users = new Set<string>();
        const lines = simulated<{ f: "like" | "unlike" | "likes"; user: string }, LikesInput, LikesOutput>(all, {
          input: ({ f, user }) => (f === "likes" ? { f } : { f, user }),
          apply(input) {
            if (input.f === "likes") return String(users.size);
            if (input.f === "like") users.add(input.user);
            else users.delete(input.user);
            return null;
          },
        });
        expect(brokenIn(judged(checker, lines))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

test("is unknown about the end without a read after healing", () => {
  expect(wordOf(judged(checker, [change("like", "u", 1, 2), likes(3, 4, "1")]), "final-likes")).toBe("unknown");
});

test("agrees with every order of one user's requests", () => {
  const request = fc.record({
    at: fc.nat(30),
    length: fc.integer({ min: 1, max: 12 }),
    type: fc.constantFrom("ok" as const, "ok" as const, "fail" as const, "info" as const),
    f: fc.constantFrom("like" as const, "unlike" as const),
  });
  const readAt = fc.record({ at: fc.nat(40), length: fc.integer({ min: 1, max: 12 }), value: fc.integer({ min: -1, max: 2 }) });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 4 }), readAt, (requests, { at, length, value }) => {
      const lines = [
        ...requests.map(({ at: begin, length: lasting, type, f }, index): LikesLine => ({
          ...change(f, "u", begin + index / 1000, type === "info" ? undefined : begin + lasting + index / 1000),
          type,
        })),
        likes(at + 0.5, at + length + 0.5, String(value)),
      ];
      const { operations } = historyOf(lines);
      const isChange = operations.some(({ input, type }) => input.f !== "likes" && type !== "fail");
      expect(brokenIn(judged(checker, lines)).length > 0).toBe(isChange && !possibleAnswers(operations).has(value));
    }),
    { numRuns: 2000 },
  );
});

/** What a read of one user's state can answer: all orders of all requests (those of unknown outcome with or without) that respect real time. */
function possibleAnswers(operations: readonly LikesOperation[]): Set<number> {
  const answers = new Set<number>();
  const extend = (left: readonly LikesOperation[], liked: boolean): void => {
    for (const next of left) {
      if (left.some((other) => other !== next && precedes(other, next) && other.type === "ok")) continue;
      const rest = left.filter((other) => other !== next);
      if (next.input.f === "likes") answers.add(liked ? 1 : 0);
      else extend(rest, next.input.f === "like");
    }
    // An indeterminate request may also never happen.
    const pending = left.find(({ type }) => type === "info");
    if (pending !== undefined)
      extend(
        left.filter((other) => other !== pending),
        liked,
      );
  };
  extend(
    operations.filter(({ type }) => type !== "fail"),
    false,
  );
  return answers;
}
