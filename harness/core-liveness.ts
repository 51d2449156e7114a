// The phase that a schedule which always heals cannot replace: a quorum is healed, all else stays broken for good, and the
// quorum must answer (TigerBeetle's liveness mode). An asymmetric partition that starves a system shows only here.
import type { FaultKind, PlannedFault } from "./faults.ts";
import type { Generator, GeneratorContext, GeneratorEvent } from "./generator.ts";
import { isInvoke, placed } from "./generators/step.ts";
import type { NodeName } from "./operation.ts";
import { seededRandom } from "./random.ts";
import type { ResolvedPlan } from "./run.ts";
import { scriptIdOf } from "./script.ts";

/** The id of the fault that keeps the rest away; the judge finds the core by it. */
export const isolationId = "core-liveness";

/** Half-open is the least that a system may be asked to live without: cut off, or down. */
const isolatingKinds: readonly FaultKind[] = ["partition", "kill"];

/**
 * Keeps all but a quorum cut off or down, whichever the variant survives; undefined if it survives neither or has no
 * rest. From the script if the plan has one, else drawn from the seed.
 */
export function isolation(
  resolved: ResolvedPlan,
  nodes: readonly NodeName[],
  phase: { readonly atMs: number; readonly durationMs: number },
): PlannedFault | undefined {
  const { plan, variant } = resolved;
  if (plan.script !== undefined) return plan.script.faults.find(({ id }) => id === isolationId);
  const kinds = isolatingKinds.filter((kind) => variant.faults.includes(kind));
  const random = seededRandom(plan.seed).fork("core-liveness");
  const core = new Set(random.shuffle(nodes, "core").slice(0, Math.floor(nodes.length / 2) + 1));
  const rest = nodes.filter((node) => !core.has(node));
  if (rest.length === 0 || kinds.length === 0) return undefined;
  const when = { id: isolationId, targets: { nodes: rest }, when: { atMs: phase.atMs }, durationMs: phase.durationMs };
  return random.pick(kinds, "isolation") === "kill" ? { ...when, kind: "kill", params: {} } : { ...when, kind: "partition", params: { direction: "both" } };
}

/** The nodes that an isolation leaves alone. */
export function coreOf(isolation: PlannedFault, nodes: readonly NodeName[]): readonly NodeName[] {
  const { targets } = isolation;
  return "nodes" in targets ? nodes.filter((node) => !targets.nodes.includes(node)) : [];
}

/**
 * Operations addressed to the core nodes in turn (those of a script to the node that they name), until each node has
 * answered one with `ok`. Never done before: the phase lasts its whole length then, in a run and in its replay alike.
 */
export function untilEachAnswered(core: readonly NodeName[], generator: Generator): Generator {
  return answering({ core, pending: core, own: [] }, generator);
}

interface Answering {
  readonly core: readonly NodeName[];
  /** Not answered yet, next one first. */
  readonly pending: readonly NodeName[];
  readonly own: readonly { readonly process: number; readonly node: NodeName }[];
}

function answering(state: Answering, generator: Generator): Generator {
  const { core, pending, own } = state;
  return {
    next(context: GeneratorContext) {
      const [first, ...others] = pending;
      if (first === undefined) return "done";
      const step = generator.next(context);
      if (step === "done") return "wait-for-event";
      if (!isInvoke(step)) return step;
      const node = scriptIdOf(step.invoke) === undefined ? first : (step.invoke.node ?? first);
      const invoke = { ...placed(step.invoke, context), node };
      return { invoke, then: answering({ core, pending: [...others, first], own: [...own, { process: invoke.process, node }] }, step.then) };
    },
    update: (context, event) => answering(afterEvent(state, event), generator.update(context, event)),
  };
}

function afterEvent({ core, pending, own }: Answering, event: GeneratorEvent): Answering {
  if (event.kind !== "completed") return { core, pending, own };
  const answered = event.outcome.type === "ok" ? own.find(({ process }) => process === event.process)?.node : undefined;
  return { core, pending: pending.filter((node) => node !== answered), own: own.filter(({ process }) => process !== event.process) };
}
