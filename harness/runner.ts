// A plan in, a judged run out: written once for virtual and for real time, on the cluster's clock and timers alone.
import { judge, type Judged, type JudgeOptions } from "./judge.ts";
import { stepLimits, type Limits } from "./checker.ts";
import { mayAccuse } from "./claims.ts";
import { DrawnOperations } from "./drawn-operations.ts";
import { EnvironmentError, UsageError } from "./errors.ts";
import type { Fact, History, HistoryEvent } from "./history.ts";
import { InvariantWatch } from "./invariant-watch.ts";
import type { Judgements } from "./judgement.ts";
import { phaseLengths, withPhaseLengths } from "./phase-lengths.ts";
import { OnlineWatch } from "./online-watch.ts";
import type { Plan, Script } from "./plan.ts";
import { lagFact, patience } from "./real-time.ts";
import type { ResolvedPlan, RunResult } from "./run.ts";
import { ClientSlots } from "./run-clients.ts";
import { Halt } from "./run-halt.ts";
import { Healing } from "./run-healing.ts";
import { drawnScript, runPhases, type RunWorld } from "./run-phases.ts";
import { Recorder } from "./run-recorder.ts";
import { countFaults, countOperations, effectiveFaults } from "./run-summary.ts";
import type { Cluster, ClusterStatistics, LogLine } from "./runtime.ts";
import { timeLimits } from "./time-limits.ts";

export interface RunOptions {
  /** Ends the run early (Ctrl-C): it heals and stops all the same, and ends as `interrupted`. */
  readonly signal?: AbortSignal;
  /** Called synchronously with every event as it is recorded, before anything is judged. What it throws ends the run and is thrown again by `runPlan`. */
  readonly onEvent?: (event: HistoryEvent) => void;
  /** Judges the history; default: here and now. Real-time runs hand in `judgeInThread`. */
  readonly judge?: (history: History, resolved: ResolvedPlan, options: JudgeOptions) => Promise<Judged>;
}

/**
 * Runs a plan and judges its history. Whatever goes wrong inside the run is an ending of the result; rejects only when
 * the runtime itself fails, when the sink of events threw, and with mistakes of the user (`UsageError`, `EnvironmentError`).
 */
export async function runPlan(resolved: ResolvedPlan, options: RunOptions = {}): Promise<RunResult> {
  const plan = withPhaseLengths(resolved.runtime.resolve(resolved.plan));
  const halt = new Halt();
  const abort = (): void => halt.halt("interrupted", "the run was interrupted");
  if (options.signal?.aborted === true) abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    const record = await resolved.runtime.run(plan, (cluster) => recorded({ ...resolved, plan }, { cluster, halt, onEvent: options.onEvent }));
    if (halt.cause instanceof SinkFailure) throw halt.cause.cause;
    if (halt.cause instanceof UsageError || halt.cause instanceof EnvironmentError) throw halt.cause;
    const ended = { ...resolved, plan };
    const judging: JudgeOptions = { limits: checkLimits(plan), ending: halt.ending, reason: halt.reason };
    const judged =
      options.judge === undefined
        ? judge(record.history, ended, { ...judging, invariants: record.invariants })
        : await options.judge(record.history, ended, judging);
    return resultOf(plan, record, { ...judged, ending: halt.ending });
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

class SinkFailure extends Error {}

interface RunRecord {
  readonly history: History;
  readonly script: Script;
  readonly statistics: ClusterStatistics;
  readonly runMs: number;
  readonly logs: readonly LogLine[];
  /** As judged while the facts came in. */
  readonly invariants: Judgements;
}

interface Recording {
  readonly cluster: Cluster;
  readonly halt: Halt;
  readonly onEvent: RunOptions["onEvent"];
}

async function recorded(resolved: ResolvedPlan, { cluster, halt, onEvent }: Recording): Promise<RunRecord> {
  const watch = new InvariantWatch(resolved.system.invariants, resolved.variant.name);
  const online = phaseLengths(resolved.plan).stopAtImpossibleAnswer ? new OnlineWatch(resolved.workload) : undefined;
  const recorder: Recorder = new Recorder({
    nowNs: () => cluster.nowNs(),
    onEvent: online === undefined ? onEvent : (event) => (onEvent?.(event), endAtImpossibleAnswer(resolved, event, { online, halt, recorder })),
    onFact: (fact) => endAtViolation(resolved, fact, { watch, halt, recorder }),
    onSinkFailure: (error) => halt.halt("failed", "the history could not be written", new SinkFailure("sink", { cause: error })),
  });
  cluster.subscribe(recorder);
  const world = worldOf(resolved, { cluster, halt, recorder });
  await runPhases(world);
  const statistics = cluster.statistics();
  // Without it nobody could tell later a probe that held from one that was never met.
  if (Object.keys(statistics.probes).length > 0) recorder.stated("probes.counted", statistics.probes);
  if (statistics.lagMs !== undefined) recorder.stated(lagFact, statistics.lagMs);
  return {
    history: recorder.build(),
    script: drawnScript(world),
    statistics,
    runMs: cluster.nowNs() / 1e6,
    logs: recorder.logs(),
    invariants: watch.judgements(),
  };
}

function worldOf(resolved: ResolvedPlan, { cluster, halt, recorder }: Omit<Recording, "onEvent"> & { readonly recorder: Recorder }): RunWorld {
  const { bug, plan, system, variant } = resolved;
  const lengths = phaseLengths(plan);
  const clients = new ClientSlots({
    cluster,
    recorder,
    factory: bug?.client ?? ((environment, view) => system.client(environment, view)),
    clientCount: plan.clients,
    operationTimeoutMs: lengths.operationTimeoutMs,
    patience: plan.runtime === "simulation" ? 1 : patience,
    view: { variant: variant.name, workload: plan.workload },
  });
  const healing = new Healing(cluster, recorder);
  return {
    resolved,
    plan,
    lengths,
    cluster,
    recorder,
    clients,
    halt,
    healing,
    drawn: new DrawnOperations(),
    clientCount: plan.clients,
    isSimulation: plan.runtime === "simulation",
  };
}

/** Ends the run at the first violation that can accuse the system; one that no claim covers here must not cut the others short. */
function endAtViolation(
  resolved: ResolvedPlan,
  fact: Fact,
  { watch, halt, recorder }: { readonly watch: InvariantWatch; readonly halt: Halt; readonly recorder: Recorder },
): void {
  const violated = watch.observe(fact);
  if (violated.length === 0 || !phaseLengths(resolved.plan).stopAtViolation) return;
  const kinds = Object.keys(effectiveFaults(recorder.build()));
  const accusing = violated.find(({ id }) => mayAccuse(resolved, `invariant:${id}`, kinds));
  if (accusing !== undefined) halt.halt("stopped-at-violation", `the invariant ${accusing.id} was violated`);
}

/** The same for answers of clients: the run ends at the first that no claim could forgive. */
function endAtImpossibleAnswer(
  resolved: ResolvedPlan,
  event: HistoryEvent,
  { online, halt, recorder }: { readonly online: OnlineWatch; readonly halt: Halt; readonly recorder: Recorder },
): void {
  const verdict = online.observe(event);
  if (verdict === undefined) return;
  const kinds = Object.keys(effectiveFaults(recorder.build()));
  const isAccusing = verdict.claims.some(({ id, verdict: word }) => word === "invalid" && mayAccuse(resolved, `${resolved.workload.name}:${id}`, kinds));
  if (isAccusing) halt.halt("stopped-at-violation", verdict.why);
}

function resultOf(plan: Plan, record: RunRecord, { verdict, failureClass, ending }: Judged & Pick<RunResult, "ending">): RunResult {
  const { history, logs, runMs, script, statistics } = record;
  const { traceHash } = statistics;
  return {
    plan: { ...plan, script, expect: { failureClass, ...(traceHash === undefined ? {} : { traceHash }) } },
    history,
    verdict,
    failureClass,
    ending,
    statistics: { ...countOperations(history), faults: countFaults(history.faults), runMs, cluster: statistics },
    logs,
  };
}

/** Steps alone in simulation, so that the same history has the same verdict on every machine. */
export function checkLimits(plan: Plan): Limits {
  const { checkMs, checkSteps } = phaseLengths(plan);
  return plan.runtime === "simulation" ? stepLimits(checkSteps) : timeLimits(() => performance.now(), checkMs);
}
