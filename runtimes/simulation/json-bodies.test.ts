// What systems say to each other means the same when it has been JSON: else they would behave differently in processes.
import { describe, expect, test } from "vitest";
import { plansOf, resolveWith } from "../../api/check-system.ts";
import { runPlan } from "../../harness/runner.ts";
import type { System } from "../../harness/system.ts";
import { system as counter } from "../../systems/counter/index.ts";
import { system as kv } from "../../systems/kv/index.ts";
import { system as sequencer } from "../../systems/sequencer/index.ts";
import { withComparedBodies, type BodyCount } from "../fixtures/json-bodies.ts";
import { createSimulation } from "./index.ts";

const cases = [kv, sequencer, counter].flatMap((system) =>
  system.variants.flatMap(({ name, workloads }) => workloads.map((workload) => ({ system, variant: name, workload }))),
);

describe("every message", () => {
  test.each(cases)("of $system.name, variant $variant, workload $workload, survives JSON and being frozen", async ({ system, variant, workload }) => {
    const count: BodyCount = { compared: 0, problems: [] };
    for (const plan of plansOf(system, { variant, workload, seeds: 3 })) await run(withComparedBodies(system, count), plan);
    expect(count.problems).toEqual([]);
    expect(count.compared).toBeGreaterThan(20);
  });

  test("that JSON changes is found", async () => {
    const count: BodyCount = { compared: 0, problems: [] };
    const [plan] = plansOf(kv, { seeds: 1 });
    if (plan === undefined) throw new Error("the store has no plan");
    const careless: System = {
      ...withComparedBodies(
        {
          ...kv,
          ready: (environment, cluster) => {
            environment.network.send(cluster.nodes[0] ?? "", { at: JSON.parse("-0") });
            return kv.ready(environment, cluster);
          },
        },
        count,
      ),
    };
    await run(careless, plan);
    expect(count.problems[0]).toContain("sends");
  });
});

async function run(system: System, plan: Parameters<typeof resolveWith>[1]): Promise<void> {
  const { ending } = await runPlan({ ...resolveWith(system, plan), runtime: createSimulation({ system }, { freezeBodies: true }) });
  expect(["completed", "stopped-at-violation"]).toContain(ending);
}
