// What every reference system must show: its claims kept over many seeds, one seed one history, every planted bug caught by
// the claim that must accuse it, and the correct system passing the very plan that catches it.
import { describe, expect, test } from "vitest";
import { checkSystem, plansOf, resolveWith } from "../api/check-system.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import type { Bug, System } from "../harness/system.ts";
import { failureText } from "../api/failure-text.ts";

export interface SystemContractOptions {
  /** Seeds of the default search in which each variant must keep its claims. Default 300. */
  readonly seeds?: number;
  /** Seeds within which a bug must be found. Bugs of difficulty T3 are left to `faultline bugs`. Default 2,000. */
  readonly bugSeeds?: number;
}

const limits = { timeout: 240_000 };

export function systemContract(system: System, { seeds = 300, bugSeeds = 2_000 }: SystemContractOptions = {}): void {
  describe.each(system.variants)(`${system.name}, variant $name`, ({ name: variant, workloads }) => {
    test(`keeps and exercises every claim over ${seeds} seeds`, limits, async () => {
      const check = await checkSystem(system, { variant, seeds });
      expect(check.verdict, failureText(system, check)).toBe("valid");
      const promised = system.claims.filter((claim) => claim.variants.includes(variant)).map((claim) => claim.id);
      expect(Object.keys(check.claims).toSorted()).toEqual(promised.toSorted());
      expect(Object.entries(check.claims).filter(([, word]) => word !== "valid")).toEqual([]);
    });

    test.each(workloads)("repeats a run of the workload %s to the letter, from its seed and from its script", limits, async (workload) => {
      for (const plan of plansOf(system, { variant, workload, seeds: 5 })) {
        const [first, second] = [await run(system, plan), await run(system, plan)];
        expect(record(second)).toEqual(record(first));
        const replayed = await run(system, first.plan);
        expect(replayed.statistics.cluster.traceHash).toBe(first.statistics.cluster.traceHash);
        expect(record(replayed)).toEqual(record(first));
      }
    });
  });

  describe(`${system.name}, planted bugs`, () => {
    test("have names, sources, known claims and at most one home each", () => {
      const claimIds = system.claims.map((claim) => claim.id);
      for (const bug of system.bugs) {
        expect(bug.name).toMatch(/^[a-z][a-z0-9-]+$/);
        expect(bug.imitates.length).toBeGreaterThan(5);
        expect(claimIds).toContain(bug.accusedBy);
        expect(bug.node !== undefined || bug.client !== undefined).toBe(true);
      }
      expect(new Set(system.bugs.map((bug) => bug.name)).size).toBe(system.bugs.length);
    });

    test.each(system.bugs.filter((bug) => bug.difficulty !== "T3"))(
      "$name is caught by $accusedBy, and the correct system passes the same plan",
      limits,
      async (bug) => {
        const caught = await search(system, bug, bugSeeds);
        expect(caught, `${bug.name} was not accused by ${bug.accusedBy} in ${bugSeeds} seeds`).toBeDefined();
        if (caught === undefined) return;
        const { bug: _planted, ...correctPlan } = caught.plan;
        const correct = await run(system, correctPlan);
        expect(correct.verdict.claims.filter((claim) => claim.verdict === "invalid")).toEqual([]);
      },
    );
  });
}

async function search(system: System, bug: Bug, seeds: number): Promise<RunResult | undefined> {
  for (const plan of plansOf(system, { bug: bug.name, seeds })) {
    const result = await run(system, plan);
    if (result.verdict.claims.some((claim) => claim.id === bug.accusedBy && claim.verdict === "invalid")) return result;
  }
  return undefined;
}

function run(system: System, plan: Plan): Promise<RunResult> {
  return runPlan(resolveWith(system, plan));
}

function record(result: RunResult): unknown[] {
  return [...result.history.events()];
}
