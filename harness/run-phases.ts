// The phases of a run, in order: start, ready, load with faults, core liveness, heal, quiet, final reads, stop.
import { coreOf, isolation, isolationId, untilEachAnswered } from "./core-liveness.ts";
import { plannedFaults } from "./fault-schedule.ts";
import type { Generator } from "./generator.ts";
import type { JsonObject } from "./json.ts";
import type { Phase } from "./operation.ts";
import type { PhaseLengths } from "./phase-lengths.ts";
import type { Plan, Script } from "./plan.ts";
import { withTimeout } from "./promises.ts";
import { seededRandom } from "./random.ts";
import type { ResolvedPlan } from "./run.ts";
import { messageOf } from "./run-clients.ts";
import { FaultAgenda } from "./run-faults.ts";
import { Healing } from "./run-healing.ts";
import { patience, repeatedReadsFact } from "./real-time.ts";
import { HaltError } from "./run-halt.ts";
import { Stage, type StageWorld } from "./run-stage.ts";
import { scripted } from "./script.ts";
import type { WorkloadOptions } from "./workload.ts";

/** Everything that the phases of one run share. */
export interface RunWorld extends StageWorld {
  readonly resolved: ResolvedPlan;
  /** With all options explicit. */
  readonly plan: Plan;
  readonly lengths: PhaseLengths;
  readonly healing: Healing;
}

const readyIntervalMs = 50;
const takeDownLimitMs = 30_000;

/** Runs all phases, and heals and stops whatever happens. Never rejects: how far it came is in `world.halt`. */
export async function runPhases(world: RunWorld): Promise<void> {
  const { cluster, halt } = world;
  try {
    await halt.guard(cluster.start());
    await becomeReady(world);
    await load(world);
    await coreLiveness(world);
    await halt.guard(world.healing.heal());
    await recovered(world);
    await rest(world, world.lengths.quietMs);
    await finalReads(world);
    await lateReads(world);
  } catch (error) {
    if (!(error instanceof HaltError)) halt.halt("failed", messageOf(error), error);
  }
  await takeDown(world);
}

/** Every step is tried whatever became of the one before it, and none may take for ever. */
async function takeDown({ cluster, clients, halt, healing, lengths }: RunWorld): Promise<void> {
  clients.abandon();
  const steps: readonly (readonly [string, () => Promise<void>])[] = [
    ["healing the cluster", () => healing.heal()],
    ["closing the clients", () => clients.close(lengths.operationTimeoutMs)],
    ["stopping the cluster", () => cluster.stop()],
  ];
  for (const [what, step] of steps) {
    try {
      await withTimeout(cluster.timers, step(), { timeoutMs: takeDownLimitMs, what });
    } catch (error) {
      halt.halt("failed", `${what} failed: ${messageOf(error)}`, error);
    }
  }
}

async function becomeReady(world: RunWorld): Promise<void> {
  const { halt, lengths, resolved } = world;
  const trouble = await untilReady(world, lengths.readyLimitMs);
  if (trouble === undefined) return;
  halt.halt("never-ready", `${resolved.system.name} was not ready within ${lengths.readyLimitMs} ms: ${trouble}`);
  throw new HaltError();
}

/** In real time processes take their time to start again: the quiet time begins when they have, or when patience ends. */
async function recovered(world: RunWorld): Promise<void> {
  if (!world.isSimulation) await untilReady(world, world.lengths.quietMs * patience);
}

/** Undefined: it is ready. Else why not, at the end of the limit. */
async function untilReady(world: RunWorld, limitMs: number): Promise<string | undefined> {
  const { cluster, halt } = world;
  const limitNs = cluster.nowNs() + limitMs * 1e6;
  let last = "it answered that it is not";
  for (;;) {
    const leftMs = Math.ceil((limitNs - cluster.nowNs()) / 1e6);
    if (leftMs <= 0) return last;
    try {
      if (await halt.guard(withTimeout(cluster.timers, asksReady(world), { timeoutMs: leftMs, what: "asking whether it is ready" }))) return undefined;
    } catch (error) {
      if (error instanceof HaltError) throw error;
      last = messageOf(error);
    }
    await rest(world, Math.min(readyIntervalMs, leftMs));
  }
}

async function asksReady({ cluster, lengths, plan, resolved }: RunWorld): Promise<boolean> {
  const view = {
    nodes: cluster.nodes,
    home: cluster.nodes[0] ?? "",
    variant: resolved.variant.name,
    workload: plan.workload,
    operationTimeoutMs: lengths.operationTimeoutMs,
    clientName: "ready",
  };
  return resolved.system.ready(cluster.clientEnvironment(0), view);
}

async function load(world: RunWorld): Promise<void> {
  const { cluster, healing, lengths, plan, recorder, resolved } = world;
  const { warmUpMs } = lengths;
  const faults = plannedFaults({ ...resolved, plan }, { nodes: cluster.nodes, warmUpMs });
  healing.planned.push(...faults.filter(({ id }) => id !== isolationId));
  const agenda = new FaultAgenda({ cluster, recorder, faults: healing.planned, faultsFromMs: warmUpMs });
  healing.agenda = agenda;
  const lengthMs = warmUpMs + plan.durationMs;
  const generator = generatorOf(world, ["warm-up", "faults"], () => resolved.workload.generator(workloadOptions(world, lengthMs)));
  await staged(world, { generator, lengthMs, endsEarly: false, agenda, chance: "generator" });
}

async function coreLiveness(world: RunWorld): Promise<void> {
  const { clients, cluster, halt, healing, lengths, plan, recorder, resolved } = world;
  const lengthMs = lengths.coreLivenessMs;
  const fault = lengthMs > 0 ? isolation({ ...resolved, plan }, cluster.nodes, { atMs: lengths.warmUpMs + plan.durationMs, durationMs: lengthMs }) : undefined;
  if (fault === undefined) return;
  const core = coreOf(fault, cluster.nodes);
  clients.limitOperations(lengths.finalOperationTimeoutMs);
  recorder.phase = "core-liveness";
  healing.planned.push(fault);
  if (!(await halt.guard(healing.isolate(fault, core)))) return;
  // The rest is cut off before anything else is healed: the core never sees a moment of full health.
  await halt.guard(healing.releaseFaults());
  const drawn = (): Generator => resolved.workload.generator({ ...workloadOptions(world, lengthMs), nodes: core });
  const generator = untilEachAnswered(core, generatorOf(world, ["core-liveness"], drawn));
  await staged(world, { generator, lengthMs, endsEarly: true, nodes: core, chance: "core-generator" });
}

async function finalReads(world: RunWorld): Promise<void> {
  const { clients, lengths, recorder, resolved } = world;
  clients.limitOperations(lengths.finalOperationTimeoutMs);
  recorder.phase = "final";
  const lengthMs = lengths.finalLimitMs;
  const drawn = (): Generator => resolved.workload.finalGenerator(workloadOptions(world, lengthMs));
  // Final reads follow what the run has left (the revisions of a feed), and no two runs in real time leave the same.
  const generator = world.isSimulation ? generatorOf(world, ["final"], drawn) : drawn();
  await staged(world, { generator, lengthMs, endsEarly: true, chance: "final-generator" });
}

/** In real time a system that has not recovered is given ten times as long before it is blamed. */
async function lateReads(world: RunWorld): Promise<void> {
  const { isSimulation, lengths, recorder, resolved } = world;
  if (isSimulation || recorder.finalTroubleCount === 0) return;
  await rest(world, lengths.quietMs * (patience - 1));
  recorder.stated(repeatedReadsFact, { quietMs: lengths.quietMs * patience });
  const lengthMs = lengths.finalLimitMs;
  // Not from the script: what it names for this phase has been done.
  const generator = resolved.workload.finalGenerator(workloadOptions(world, lengthMs));
  await staged(world, { generator, lengthMs, endsEarly: true, chance: "late-generator" });
}

interface StagePart {
  readonly generator: Generator;
  readonly lengthMs: number;
  readonly endsEarly: boolean;
  readonly agenda?: FaultAgenda;
  readonly nodes?: readonly string[];
  /** Name of its stream of chance. */
  readonly chance: string;
}

async function staged(world: RunWorld, { chance, nodes = world.cluster.nodes, ...part }: StagePart): Promise<void> {
  await new Stage(world, { ...part, nodes, random: seededRandom(world.plan.seed).fork(chance) }).run();
  if (world.halt.isHalted) throw new HaltError();
}

/** What the script says, or what the workload draws. */
function generatorOf({ plan, clientCount }: RunWorld, phases: readonly Phase[], drawn: () => Generator): Generator {
  return plan.script === undefined ? drawn() : scripted(plan.script, { phases, clientCount });
}

function workloadOptions({ cluster, clientCount, plan }: RunWorld, durationMs: number): WorkloadOptions {
  const parameters: JsonObject = plan.options.workload ?? {};
  return { nodes: cluster.nodes, clientCount, rateHz: plan.rateHz, durationMs, parameters };
}

async function rest({ cluster, halt }: RunWorld, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = cluster.timers.after(ms, resolve);
  try {
    await halt.guard(promise);
  } finally {
    cluster.timers.cancel(timer);
  }
}

/** The script of what was really run. Its operations are put together when they are first asked for: in memory they are columns. */
export function drawnScript({ drawn, healing }: RunWorld): Script {
  let operations: Script["operations"] | undefined;
  return {
    get operations() {
      operations ??= drawn.toArray();
      return operations;
    },
    faults: healing.planned,
  };
}
