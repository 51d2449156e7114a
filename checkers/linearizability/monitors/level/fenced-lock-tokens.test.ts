// What the monitor of fenced locks accuses and what it lets pass, by hand and against brute force.
import { expect, test } from "vitest";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import type { FencedLockInput, FencedLockOutput } from "../../models/fenced-lock.ts";
import { simulatedFencedLock } from "../../simulated/simulated-objects.ts";
import { agreementOf } from "../agreement.fixture.ts";
import { fencedLockTokens } from "./fenced-lock-tokens.ts";

const acquire = (owner: string): FencedLockInput => ({ f: "acquire", key: "l", owner });
const release = (owner: string): FencedLockInput => ({ f: "release", key: "l", owner });

type Line = Handwritten<FencedLockInput, FencedLockOutput>;

test.each<[string, Line[], unknown]>([
  [
    "tokens may have gaps",
    [
      [0, 0, 1, acquire("a"), 2],
      [0, 2, 3, release("a"), true],
      [1, 4, 5, acquire("b"), 7],
    ],
    { verdict: "valid", order: [0, 1, 2] },
  ],
  [
    "tokens must not fall",
    [
      [0, 0, 1, acquire("a"), 2],
      [0, 2, 3, release("a"), true],
      [1, 4, 5, acquire("b"), 1],
    ],
    { verdict: "invalid", suspects: [0, 1, 2] },
  ],
  [
    "tokens must not repeat",
    [
      [0, 0, 1, acquire("a"), 2],
      [0, 2, 3, release("a"), true],
      [1, 4, 5, acquire("b"), 2],
    ],
    { verdict: "invalid", suspects: [0, 1, 2] },
  ],
  ["the first token is at least 1", [[0, 0, 1, acquire("a"), 0]], { verdict: "invalid", suspects: [0] }],
  [
    "there are no two holders, whatever their tokens",
    [
      [0, 0, 1, acquire("a"), 1],
      [1, 2, 3, acquire("b"), 2],
    ],
    { verdict: "invalid", suspects: [0, 1] },
  ],
  ["a refusal needs a holder", [[0, 0, 1, acquire("a"), false]], { verdict: "invalid", suspects: [0] }],
  ["a grant needs a token", [[0, 0, 1, acquire("a"), true]], { verdict: "inapplicable", why: "a grant has no token" }],
  [
    "a release has none",
    [
      [0, 0, 1, acquire("a"), 1],
      [0, 2, 3, release("a"), 1],
    ],
    { verdict: "inapplicable", why: "a grant has no token" },
  ],
  [
    "owners do one thing after the other",
    [
      [0, 0, 2, acquire("a"), 1],
      [1, 1, 3, release("a"), true],
    ],
    { verdict: "inapplicable", why: "operations of a overlap" },
  ],
])("%s", (_name, lines, answer) => expect(fencedLockTokens.decide(operationsOf(lines))).toEqual(answer));

test("a grant of unknown outcome takes a token", () => {
  const decide = (token: number): unknown => {
    const lines: Line[] = [
      [0, 0, 1, acquire("a"), 1],
      [0, 2, 3, release("a"), true],
      [1, 4, undefined, acquire("b")],
      [1, 6, 7, release("b"), true],
      [0, 8, 9, acquire("a"), token],
    ];
    return fencedLockTokens.decide(operationsOf(lines).map((operation) => (operation.id === 2 ? { ...operation, completedIndex: 5 } : operation)));
  };
  expect(decide(3)).toEqual({ verdict: "valid", order: [0, 1, 2, 3, 4] });
  expect(decide(2)).toEqual({ verdict: "inapplicable", why: "there may be too few tokens for the grants of unknown outcome" });
  expect(decide(1)).toEqual({ verdict: "invalid", suspects: [0, 1, 4] });
});

test("on random histories it agrees with brute force", () => {
  const object = simulatedFencedLock({ keyCount: 1, valueCount: 0, ownersAreProcesses: true });
  for (const maybes of [0, 0.6]) {
    const { faults, valid, invalid } = agreementOf(object, fencedLockTokens, { historyCount: 12_000, maybes });
    expect(faults).toEqual([]);
    expect(Math.min(valid, invalid)).toBeGreaterThan(1_000);
  }
});
