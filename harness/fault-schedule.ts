// Which faults a run will have: those of its script, or what its nemeses draw. For the runner.
import type { PlannedFault } from "./faults.ts";
import type { Nemesis, NemesisContext } from "./nemesis.ts";
import type { NodeName } from "./operation.ts";
import { seededRandom } from "./random.ts";
import type { ResolvedPlan } from "./run.ts";

/** Times count from the start of the load: schedules are drawn for the fault phase and moved behind the warm-up. Timed ones first, by time. */
export function plannedFaults(resolved: ResolvedPlan, cluster: { readonly nodes: readonly NodeName[]; readonly warmUpMs: number }): readonly PlannedFault[] {
  const { plan } = resolved;
  if (plan.script !== undefined) return plan.script.faults;
  const random = seededRandom(plan.seed);
  const drawn = resolved.nemeses.flatMap((nemesis) => {
    const context: NemesisContext = { ...contextOf(resolved, cluster.nodes), random: random.fork(`nemesis/${nemesis.name}`) };
    return nemesis.schedule(context).map((fault) => named(nemesis, later(fault, cluster.warmUpMs)));
  });
  return drawn.toSorted((a, b) => startMs(a) - startMs(b));
}

function contextOf({ system, variant, plan }: ResolvedPlan, nodes: readonly NodeName[]): Omit<NemesisContext, "random"> {
  return {
    nodes,
    durationMs: plan.durationMs,
    allowed: new Set(variant.faults),
    marks: system.marks,
    roles: system.roles,
    minority: Math.floor((nodes.length - 1) / 2),
  };
}

/** Two nemeses may number their faults alike; the name of the nemesis keeps them apart, and stays when others are added. */
function named(nemesis: Nemesis, fault: PlannedFault): PlannedFault {
  return { ...fault, id: `${nemesis.name}/${fault.id}` };
}

function later(fault: PlannedFault, ms: number): PlannedFault {
  return "atMs" in fault.when ? { ...fault, when: { atMs: fault.when.atMs + ms } } : fault;
}

function startMs(fault: PlannedFault): number {
  return "atMs" in fault.when ? fault.when.atMs : Infinity;
}
