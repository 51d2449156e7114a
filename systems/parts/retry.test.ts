import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../harness/random.ts";
import { backoffMs, decideRetry, fateOf, RetryBudget, type Attempt } from "./retry.ts";

const policy = { baseMs: 10, capMs: 100, attemptLimit: 4 };
const attempt: Attempt = { number: 1, fate: "nothing-happened", isIdempotent: false, nowMs: 0, deadlineMs: 1000 };
const decide = (change: Partial<Attempt>, budget = new RetryBudget()): ReturnType<typeof decideRetry> =>
  decideRetry({ ...attempt, ...change }, { policy, budget, random: seededRandom("retry") });

describe("the fate of a call", () => {
  test("is unknown unless somebody vouches for it", () => {
    expect(fateOf({ kind: "Refused", isDefinite: true }, null, [])).toBe("nothing-happened");
    expect(fateOf({ kind: "Timeout", isDefinite: false }, null, [])).toBe("unknown");
    expect(fateOf(null, { status: 503 }, [])).toBe("unknown");
    expect(fateOf(null, { status: 503 }, [503])).toBe("nothing-happened");
    expect(fateOf(null, { status: 404 }, [503])).toBe("answered");
    expect(fateOf(null, null, [])).toBe("unknown");
  });
});

describe("a retry", () => {
  test("of an unknown fate needs idempotence", () => {
    expect(decide({ fate: "unknown" })).toEqual({ giveUp: "not-idempotent" });
    expect(decide({ fate: "unknown", isIdempotent: true })).toHaveProperty("retryAfterMs");
    expect(decide({ fate: "answered", isIdempotent: true })).toEqual({ giveUp: "answered" });
  });

  test("ends with the attempts and with the deadline, and then costs nothing", () => {
    const budget = new RetryBudget({ capacity: 1 });
    expect(decide({ number: 4 }, budget)).toEqual({ giveUp: "attempts" });
    expect(decide({ nowMs: 1000 }, budget)).toEqual({ giveUp: "deadline" });
    expect(decide({}, budget)).toHaveProperty("retryAfterMs");
    expect(decide({}, budget)).toEqual({ giveUp: "budget" });
  });

  test("never begins at or after the deadline and never waits longer than the cap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 200 }), fc.string(), (number, deadlineMs, seed) => {
        const options = { policy: { ...policy, attemptLimit: 1000 }, budget: new RetryBudget(), random: seededRandom(seed) };
        const decision = decideRetry({ ...attempt, number, deadlineMs }, options);
        if ("retryAfterMs" in decision) expect(decision.retryAfterMs).toBeLessThan(deadlineMs);
        expect(backoffMs(number, policy, seededRandom(seed))).toBeLessThanOrEqual(Math.min(policy.capMs, policy.baseMs * 2 ** (number - 1)));
      }),
    );
  });
});

describe("the budget of retries", () => {
  test("lets a dead backend see only a fraction more than the first attempts", () => {
    const budget = new RetryBudget({ capacity: 10, earned: 0.2 });
    let retries = 0;
    for (let request = 0; request < 1000; request++) {
      budget.deposit();
      while (budget.withdraw()) retries++;
    }
    expect(retries).toBeLessThanOrEqual(10 + 200);
    expect(retries).toBeGreaterThan(190);
  });

  test("does not save up more than its capacity", () => {
    const budget = new RetryBudget({ capacity: 3 });
    for (let request = 0; request < 1000; request++) budget.deposit();
    expect([1, 2, 3, 4].map(() => budget.withdraw())).toEqual([true, true, true, false]);
  });
});
