// Whether a runtime can do the faults that a plan asks for, said before anything starts. For runs in real time.
import { EnvironmentError } from "../harness/errors.ts";
import { faultKinds, type FaultKind } from "../harness/faults.ts";
import type { Runtime } from "../harness/runtime.ts";
import type { Plan } from "../harness/plan.ts";
import type { ResolvedPlan } from "../harness/run.ts";
import { defaultNemeses } from "../harness/search.ts";

/** What the runtime says of the faults of this plan, from a cluster of it whose nodes are never started. @throws as `Runtime.run` */
export async function capabilitiesOf({ runtime, plan }: Pick<ResolvedPlan, "runtime" | "plan">): Promise<Capabilities> {
  return await runtime.run(runtime.resolve(plan), async ({ faults }) => faults.capabilities());
}

/**
 * The same objects, with a runtime that refuses the plan before any node is started if it asks for faults that cannot be.
 * @param onCapabilities called once the cluster says what it can do
 */
export function refusingImpossible(resolved: ResolvedPlan, onCapabilities: (capabilities: Capabilities) => void): ResolvedPlan {
  const { runtime } = resolved;
  const run: Runtime["run"] = async (plan, body) =>
    await runtime.run(plan, async (cluster) => {
      const capabilities = cluster.faults.capabilities();
      onCapabilities(capabilities);
      assertFeasible(resolved, capabilities);
      return await body(cluster);
    });
  return { ...resolved, runtime: { name: runtime.name, resolve: (plan) => runtime.resolve(plan), run } };
}

export type Capabilities = Readonly<Record<FaultKind, true | string>>;

/**
 * Refuses a script with a fault that cannot be here, and a plan with a nemesis none of whose faults can be. What remains of a mixture
 * runs, and the rest is recorded as skipped. @throws EnvironmentError with the runtime's reason
 */
export function assertFeasible(resolved: ResolvedPlan, capabilities: Capabilities): void {
  const impossible = impossibleParts(resolved, capabilities);
  const [first] = impossible;
  if (first === undefined) return;
  const reasons = first.kinds.map((kind) => `${kind}: ${String(capabilities[kind])}`);
  throw new EnvironmentError(
    `${first.name} cannot be in the runtime ${resolved.plan.runtime} here (${reasons.join("; ")}).`,
    `See doctor for what this machine can do; leave ${first.name} out, or choose another runtime.`,
  );
}

/**
 * The plan of a finished run without the faults that its runtime cannot do at all: they were recorded as skipped, and a replay here
 * skips nothing more than the run did. Elsewhere it is refused if a fault that was really done cannot be.
 */
export function withoutImpossible(plan: Plan, capabilities: Capabilities): Plan {
  const { script } = plan;
  if (script === undefined || script.faults.every(({ kind }) => capabilities[kind] === true)) return plan;
  return { ...plan, script: { operations: script.operations, faults: script.faults.filter(({ kind }) => capabilities[kind] === true) } };
}

interface ImpossiblePart {
  readonly name: string;
  readonly kinds: readonly FaultKind[];
}

function impossibleParts({ plan, nemeses, variant }: ResolvedPlan, capabilities: Capabilities): readonly ImpossiblePart[] {
  const cannot = (kind: FaultKind): boolean => capabilities[kind] !== true;
  if (plan.script !== undefined) {
    const { faults } = plan.script;
    const needed = faultKinds.filter((kind) => cannot(kind) && faults.some((fault) => fault.kind === kind));
    return needed.length === 0 ? [] : [{ name: "the script's fault", kinds: needed }];
  }
  return (
    nemeses
      // The default search draws from whatever there is; nobody has asked for one of its kinds.
      .filter(({ name }) => !defaultNemeses.includes(name))
      .map(({ name, kinds }) => ({ name: `the nemesis ${name}`, kinds: kinds.filter((kind) => variant.faults.includes(kind)) }))
      .filter(({ kinds }) => kinds.length > 0 && kinds.every(cannot))
  );
}
