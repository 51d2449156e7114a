// How findings become a verdict: the worst word wins, and nothing at all is never valid.
import { expect, test } from "vitest";
import type { Evidence } from "../harness/verdict.ts";
import { broken, held, notExercised, stopped, undecided, verdictOf } from "./finding.ts";

const witness = (property: string): Evidence => ({ kind: "witness", property, explanation: "because", operations: [] });

test("invalid outranks unknown, unknown outranks valid, and the sentence is that of the worst", () => {
  expect(verdictOf([held("a", "fine"), undecided("b", "too long"), broken("c", "bad.", [witness("c")])], {})).toMatchObject({
    verdict: "invalid",
    why: "bad.",
  });
  expect(verdictOf([held("a", "fine"), undecided("b", "too long")], {})).toMatchObject({ verdict: "unknown", why: "too long" });
  expect(verdictOf([held("a", "fine"), notExercised("b", "never came"), held("c", "fine")], {})).toMatchObject({ verdict: "valid", why: "Held: a, c." });
});

test("a history that puts nothing to the test is unknown", () => {
  expect(verdictOf([notExercised("a", "never came")], {}).verdict).toBe("unknown");
  expect(verdictOf([], {}).verdict).toBe("unknown");
});

test("claims point at their own evidence, of which each shows a few", () => {
  const verdict = verdictOf(
    [
      broken("a", "bad.", [witness("a"), witness("a")]),
      held("b", "fine"),
      broken(
        "c",
        "worse.",
        Array.from({ length: 9 }, () => witness("c")),
      ),
    ],
    {},
  );
  expect(verdict.claims.map(({ evidence }) => evidence)).toEqual([[0, 1], [], [2, 3, 4, 5, 6]]);
  expect(verdict.evidence.map((evidence) => ("property" in evidence ? evidence.property : ""))).toEqual(["a", "a", "c", "c", "c", "c", "c"]);
});

test("a checker that was stopped knows nothing about any property, and says what to do", () => {
  const verdict = stopped(
    [
      { id: "a", text: "" },
      { id: "b", text: "" },
    ],
    "steps",
  );
  expect(verdict.claims.map((claim) => claim.verdict)).toEqual(["unknown", "unknown"]);
  expect(verdict.why).toContain("raise the limit");
});
