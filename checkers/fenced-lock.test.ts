// What the lock checker accuses and what it lets pass.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempts, brokenIn, historyOf, judged, precedes, simulated, type Line } from "./fixtures/story.ts";
import { fencedLockChecker, type LockInput, type LockOperation, type LockOutput } from "./fenced-lock.ts";

const checker = fencedLockChecker();
type LockLine = Line<LockInput, LockOutput>;

const acquire = (at: number, to: number, fence: string, name = "l"): LockLine => ({ at, to, input: { f: "acquire", name }, output: { fence } });
const store = (at: number, to: number, fence: string, accepted: boolean, name = "l"): LockLine => ({
  at,
  to,
  input: { f: "store", name, fence, value: "v" },
  output: { accepted },
});

describe("accuses", () => {
  test("a token that is not above that of an earlier acquisition", () => {
    const verdict = judged(checker, [acquire(1, 2, "10"), acquire(3, 4, "9")]);
    expect(brokenIn(verdict)).toEqual(["fences-increase"]);
    expect(verdict.why).toBe("process 0 had acquired the lock with token 10 before process 1 tried and got 9, which is not above it.");
  });

  test("one token for two acquisitions, concurrent or not", () => {
    expect(brokenIn(judged(checker, [acquire(1, 4, "5"), acquire(2, 3, "5")]))).toEqual(["fences-unique"]);
    expect(brokenIn(judged(checker, [acquire(1, 2, "5"), acquire(3, 4, "5")]))).toEqual(["fences-unique", "fences-increase"]);
  });

  test("a resource that takes an old token after a newer one", () => {
    const verdict = judged(checker, [store(1, 2, "10", true), store(3, 4, "9", true)]);
    expect(brokenIn(verdict)).toEqual(["sink-monotone"]);
    expect(verdict.evidence).toMatchObject([
      { kind: "witness", operations: [{ text: "store l = v with token 10" }, { text: "store l = v with token 9", result: "-> accepted" }] },
    ]);
  });
});

describe("lets pass", () => {
  test("two holders at a time: mutual exclusion is not claimed", () => {
    expect(
      brokenIn(judged(checker, [acquire(1, 2, "1"), acquire(3, 4, "2"), store(5, 6, "1", true), store(7, 8, "2", true), store(9, 10, "1", false)])),
    ).toEqual([]);
  });

  test("tokens of different locks in any order, and one token used twice at the resource", () => {
    expect(brokenIn(judged(checker, [acquire(1, 2, "10", "a"), acquire(3, 4, "9", "b"), store(5, 6, "9", true, "b"), store(7, 8, "9", true, "b")]))).toEqual(
      [],
    );
  });

  test("stores whose outcome nobody knows, and refused ones", () => {
    const lost: LockLine = { at: 1, input: { f: "store", name: "l", fence: "9", value: "v" } };
    expect(brokenIn(judged(checker, [lost, store(2, 3, "10", false), store(4, 5, "3", true)]))).toEqual([]);
  });

  test("everything that a correct lock service and resource answer", () => {
    const payload = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 }));
    fc.assert(
      fc.property(attempts(payload), (all) => {
        let [last, highest] = [0, 0];
        const lines = simulated<number, LockInput, LockOutput>(all, {
          input: (fence) => (fence === 0 ? { f: "acquire", name: "l" } : { f: "store", name: "l", fence: String(fence), value: "v" }),
          apply(input) {
            if (input.f !== "store") return { fence: String(++last) };
            const accepted = Number(input.fence) >= highest;
            if (accepted) highest = Number(input.fence);
            return { accepted };
          },
        });
        expect(brokenIn(judged(checker, lines))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

test("agrees with the definitions over all pairs", () => {
  const operation = fc.record({
    at: fc.nat(40),
    length: fc.integer({ min: 1, max: 12 }),
    fence: fc.integer({ min: 8, max: 12 }),
    name: fc.constantFrom("a", "b"),
    what: fc.constantFrom("acquire", "accepted", "refused"),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 8 }), (drawn) => {
      const lines = drawn.map(({ at, length, fence, name, what }, index) => {
        const [from, to] = [at + index / 1000, at + length + index / 1000];
        return what === "acquire" ? acquire(from, to, String(fence), name) : store(from, to, String(fence), what === "accepted", name);
      });
      expect(new Set(brokenIn(judged(checker, lines)))).toEqual(oracle(historyOf(lines).operations));
    }),
    { numRuns: 2000 },
  );
});

function oracle(operations: readonly LockOperation[]): Set<string> {
  const broken = new Set<string>();
  const fenceOf = ({ input, output }: LockOperation): number =>
    Number(input.f === "store" ? input.fence : output !== undefined && output !== null && "fence" in output ? output.fence : 0);
  const isAccepted = ({ output }: LockOperation): boolean => output !== undefined && output !== null && "accepted" in output && output.accepted;
  for (const a of operations) {
    for (const b of operations) {
      if (a === b || a.input.name !== b.input.name) continue;
      const areAcquisitions = a.input.f === "acquire" && b.input.f === "acquire";
      if (areAcquisitions && fenceOf(a) === fenceOf(b)) broken.add("fences-unique");
      if (areAcquisitions && precedes(a, b) && fenceOf(b) <= fenceOf(a)) broken.add("fences-increase");
      if (isAccepted(a) && isAccepted(b) && precedes(a, b) && fenceOf(b) < fenceOf(a)) broken.add("sink-monotone");
    }
  }
  return broken;
}
