// A runtime in real time, whatever carries its nodes: builds the cluster of a plan, hands it over, takes everything down. For processes and containers.
import { EnvironmentError, UsageError } from "../../../harness/errors.ts";
import type { Plan } from "../../../harness/plan.ts";
import type { Cluster, Runtime, RunPlace, Subject } from "../../../harness/runtime.ts";
import type { Links } from "../links/links.ts";
import { isUnhealed, replayUndo, type Healer } from "../undo/index.ts";
import { realTimeHealers } from "./healers.ts";
import type { Machinery } from "./machine.ts";
import { realTimeOptions } from "./options.ts";
import { RealTimeRun } from "./real-time-run.ts";
import { openFrame, type RunFrame } from "./run-frame.ts";

export interface RealTimeParts {
  readonly name: "process" | "container";
  readonly subject: Subject;
  /** Where logs and undo log stay. Absent: in a temporary folder that is removed at the end. */
  readonly place?: RunPlace | undefined;
  makeMachinery(frame: RunFrame): Promise<Machinery>;
  /** For undo entries of its own kinds. */
  readonly healers?: readonly Healer[];
  /** Called once the machinery is there. */
  makeLinks(frame: RunFrame, machinery: Machinery): Promise<Links>;
}

/**
 * `run` rejects with UsageError for broken `options.realTime`, with EnvironmentError when this machine cannot carry the plan
 * or something could not be cleaned up, with what a client's code threw, else as the body does.
 */
export function createRealTimeRuntime(parts: RealTimeParts): Runtime {
  return {
    name: parts.name,
    resolve: (plan) => resolved(plan, parts.name),
    run: (plan, body) => carryOut(parts, resolved(plan, parts.name), body),
  };
}

/** Every option explicit, so that a replay is done by the same means. */
function resolved(plan: Plan, runtime: RealTimeParts["name"]): Plan {
  const options = realTimeOptions(plan.options.realTime);
  if (runtime === "container" && options.network === "namespaces")
    throw new UsageError("real-time-option", "options.realTime.network: containers have networks of their own", "Leave it out, or use --runtime process.");
  if (options.toxiproxy !== "" && options.network === "namespaces")
    throw new UsageError("real-time-option", "options.realTime: links go through namespaces or through a Toxiproxy, not both", "Leave one of them out.");
  return { ...plan, options: { ...plan.options, realTime: { ...options } } };
}

async function carryOut<T>(parts: RealTimeParts, plan: Plan, body: (cluster: Cluster) => Promise<T>): Promise<T> {
  const frame = openFrame(plan, parts.place);
  const run = new RealTimeRun({ ...parts, frame });
  const answer = await outcomeOf(async () => await body(await run.build()));
  const steps = [await outcomeOf(() => run.close()), await outcomeOf(() => healLeftovers(frame, parts.healers ?? [])), await outcomeOf(() => frame.close())];
  // What the body says comes first: the rest may well be its consequence.
  if (answer.isFailed) throw answer.error;
  for (const step of steps) if (step.isFailed) throw step.error;
  if (run.mistakes.length > 0) throw run.mistakes[0];
  return answer.value;
}

type Outcome<T> = { readonly isFailed: false; readonly value: T } | { readonly isFailed: true; readonly error: unknown };

async function outcomeOf<T>(step: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { isFailed: false, value: await step() };
  } catch (error) {
    return { isFailed: true, error };
  }
}

/** Whatever a part of the run has noted and not undone itself. */
async function healLeftovers({ undo }: RunFrame, healers: readonly Healer[]): Promise<void> {
  const healed = await replayUndo(undo, [...realTimeHealers, ...healers]);
  if (!isUnhealed(healed)) return;
  const reasons = healed.flatMap(({ entry, healing }) => ("reason" in healing ? [`${entry.undo.kind}: ${healing.reason}`] : []));
  throw new EnvironmentError(`the run left something behind: ${reasons.join("; ")}`, "run `faultline doctor`, and the next run tries again");
}
