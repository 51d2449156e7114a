// The plan arbitrary: it finds a planted bug, shrinks through Faultline's candidates, and repeats from fast-check's seed.
import fc from "fast-check";
import { expect, test } from "vitest";
import { system } from "../examples/register/bugs.ts";
import type { Plan } from "../harness/plan.ts";
import { planArbitrary } from "./fast-check.ts";

async function smallestFailure(seed: number): Promise<Plan | undefined> {
  const plans = planArbitrary(system, { bug: "stale-cache" });
  const property = fc.asyncProperty(plans, async (plan) => (await plans.run(plan)).verdict.verdict !== "invalid");
  const details = await fc.check(property, { seed, numRuns: 20 });
  return details.counterexample?.[0];
}

test("a failing plan shrinks to a few operations and no fault that it does not need", { timeout: 120_000 }, async () => {
  const plan = await smallestFailure(42);
  expect(plan?.script).toBeDefined();
  expect(plan?.script?.operations.length).toBeLessThanOrEqual(6);
  expect(plan?.script?.faults.length).toBeLessThanOrEqual(1);
});

test("the correct system passes the same property", { timeout: 120_000 }, async () => {
  const plans = planArbitrary(system);
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => (await plans.run(plan)).verdict.verdict !== "invalid"),
    { seed: 42, numRuns: 20 },
  );
});

test("the same seed of fast-check draws the same plans", () => {
  const draw = (): Plan[] => fc.sample(planArbitrary(system), { seed: 7, numRuns: 5 });
  expect(draw()).toEqual(draw());
});
