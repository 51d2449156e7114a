import { describe, expect, test } from "vitest";
import { exampleFault } from "../harness/fixtures/plan.fixture.ts";
import type { FaultKind } from "../harness/faults.ts";
import type { Plan } from "../harness/plan.ts";
import { assertFeasible, withoutImpossible } from "./feasibility.ts";
import { capableOf, resolvedOn, tinyPlan } from "./fixtures/real-time-runs.ts";

const check = async (plan: Plan, ...kinds: readonly FaultKind[]): Promise<void> => assertFeasible(await resolvedOn({}, plan), capableOf(...kinds));

describe("a plan", () => {
  test.each([
    ["with a nemesis that can do one of its kinds is feasible", ["mixed"], ["partition"]],
    ["of the default search is feasible whatever there is, for nobody asked for one of its kinds", ["swarm", "targeted"], []],
    ["with a nemesis that the system takes no fault of is as idle as in simulation", ["clock-skew"], []],
  ] as const)("%s", async (_what, nemeses, kinds) => {
    await expect(check(tinyPlan({ nemeses }), ...kinds)).resolves.toBeUndefined();
  });

  test("with one impossible nemesis among others is refused by its name", async () => {
    await expect(check(tinyPlan({ nemeses: ["partition-one", "pause"] }), "partition")).rejects.toMatchObject({
      name: "EnvironmentError",
      message: "the nemesis pause cannot be in the runtime process here (pause: there is no pause here).",
    });
  });
});

describe("a recorded script", () => {
  const script = { operations: [], faults: [exampleFault("a"), { ...exampleFault("b"), kind: "partition" as const }] };

  test("keeps the faults that can be", () => {
    expect(withoutImpossible(tinyPlan({ script }), capableOf("kill")).script?.faults.map(({ id }) => id)).toEqual(["a"]);
  });

  test("stays the same object where all can be", () => {
    const plan = tinyPlan({ script });
    expect(withoutImpossible(plan, capableOf("kill", "partition"))).toBe(plan);
  });
});
