// A failing plan in, the smallest one that fails the same way out: anytime, within a budget. For explore, campaigns and
// the command line. Method and measurements: docs on searching and shrinking.
import { UsageError } from "./errors.ts";
import type { PlannedFault } from "./faults.ts";
import type { Plan, Script, ScriptedOperation } from "./plan.ts";
import type { RunResult } from "./run.ts";
import { Attempts } from "./shrink-attempts.ts";
import { minimize } from "./shrink-minimize.ts";
import { loadOperations, simplifications } from "./shrink-simplify.ts";

export interface ShrinkOptions {
  /** With the script of the failing run. */
  readonly plan: Plan;
  /** Only runs that fail in this class count; others are new findings, not smaller ones. */
  readonly failureClass: string;
  readonly run: (plan: Plan) => Promise<RunResult>;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** Default 20,000. The final replays come on top. */
  readonly timeMs?: number;
  /** Default 20,000. */
  readonly maxRuns?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ShrinkProgress) => void;
  /** Identical runs at the end, default 10 in simulation and 1 in real time. */
  readonly replayCount?: number;
}

export interface ShrinkProgress {
  readonly step: string;
  /** Fails in the same class; what would be the result if shrinking ended now. */
  readonly best: Plan;
  readonly size: PlanSize;
  readonly runCount: number;
  readonly elapsedMs: number;
}

export interface PlanSize {
  readonly operationCount: number;
  readonly faultCount: number;
  readonly clientCount: number;
  readonly nodeCount: number;
}

/** `minimal`: nothing more can be left out. Otherwise what ended the search; the plan is then the best so far. */
type ShrinkEnding = "minimal" | "time" | "runs" | "interrupted" | "not-reproduced";

export interface ShrinkResult {
  /** With script and `expect`; the plan given if it was not reproduced. */
  readonly plan: Plan;
  /** The last run of it; undefined if it was not reproduced. */
  readonly result: RunResult | undefined;
  readonly ending: ShrinkEnding;
  readonly before: PlanSize;
  readonly after: PlanSize;
  readonly runCount: number;
  readonly elapsedMs: number;
  /** How many of the final runs failed in the same class with the same trace hash; all of them, or the run is not deterministic. */
  readonly replays: { readonly count: number; readonly identicalCount: number };
  /** Failures of other classes that turned up on the way, with how often. */
  readonly otherClasses: Readonly<Record<string, number>>;
  /** Messages of the harness failing on candidates; not empty means a defect of the harness. */
  readonly crashes: readonly string[];
}

// How many seeds a candidate may try: one is quick, sixteen restore what leaving out an event shifts (docs on shrinking).
const fewSeeds: readonly number[] = [1, 4];
const mostSeeds = 16;
// Four times as many are worth their time only where much is left (Figure 8 of the Raft paper is such a case).
const manySeeds: readonly number[] = [mostSeeds, 64];
const simplifySeedCount = 4;

/** @throws UsageError if the plan has no script */
export async function shrink(options: ShrinkOptions): Promise<ShrinkResult> {
  if (options.plan.script === undefined)
    throw new UsageError("no-script", "The plan has no script to make smaller.", "Replay it once; the recorded plan has one.");
  const progress = { step: "reproduce" };
  const attempts: Attempts = new Attempts(options.plan, {
    failureClass: options.failureClass,
    run: options.run,
    clock: options.clock,
    timeMs: options.timeMs ?? 20_000,
    maxRuns: options.maxRuns ?? 20_000,
    signal: options.signal,
    onBest: (best) => options.onProgress?.({ step: progress.step, best, size: sizeOf(best), runCount: attempts.runCount, elapsedMs: attempts.elapsedMs }),
  });
  const isReproduced = await attempts.accepts(options.plan, mostSeeds);
  if (isReproduced) await pipeline(attempts, (step) => (progress.step = step));
  return await finished(options, attempts, isReproduced);
}

/** Cheap passes with few seeds first; then everything until nothing more is found. */
async function pipeline(attempts: Attempts, onStep: (step: string) => void): Promise<void> {
  onStep("adopt what was really run");
  await adoptRecorded(attempts);
  onStep("end after the violation");
  await truncate(attempts);
  for (const seedCount of fewSeeds) {
    onStep(`leave out events, ${seedCount} ${seedCount === 1 ? "seed" : "seeds"} each`);
    await leaveOut(attempts, seedCount);
  }
  for (const seedCount of manySeeds) {
    if (seedCount > mostSeeds && isSmall(attempts.best)) break;
    for (let before: Plan | undefined; before !== attempts.best && attempts.exhausted === undefined;) {
      before = attempts.best;
      // First, because fewer nodes and shorter runs make the costly pass after it cheaper.
      await simplify(attempts, onStep);
      onStep(`leave out events, ${seedCount} seeds each`);
      await leaveOut(attempts, seedCount);
    }
  }
  onStep("adopt what was really run");
  await adoptRecorded(attempts);
}

/** Few enough events for a reader to follow. */
function isSmall(plan: Plan): boolean {
  const { operationCount, faultCount } = sizeOf(plan);
  return operationCount + faultCount <= 4;
}

/** A run that ended at its violation did not get to the rest of the script. */
async function adoptRecorded(attempts: Attempts): Promise<void> {
  const recorded = attempts.bestResult?.plan.script;
  if (recorded === undefined) return;
  const isSmaller = recorded.operations.length < operationsOf(attempts.best).length || recorded.faults.length < faultsOf(attempts.best).length;
  if (isSmaller) await attempts.accepts({ ...attempts.best, script: recorded }, 1);
}

/** Halves the time after which nothing is begun any more, for as long as it still fails. */
async function truncate(attempts: Attempts): Promise<void> {
  const times = [...new Set([...loadOperations(attempts.best).map((operation) => operation.atMs), ...faultsOf(attempts.best).flatMap(timeOf)])].toSorted(
    (a, b) => a - b,
  );
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await attempts.accepts(cutAfter(attempts.best, times[middle] ?? 0), 1)) high = middle;
    else low = middle + 1;
  }
}

function cutAfter(plan: Plan, lastMs: number): Plan {
  const isKept = (operation: ScriptedOperation): boolean => operation.atMs <= lastMs || operation.phase === "final" || operation.phase === "core-liveness";
  const isInTime = (fault: PlannedFault): boolean => timeOf(fault).every((atMs) => atMs <= lastMs);
  return withScript(plan, { operations: operationsOf(plan).filter(isKept), faults: faultsOf(plan).filter(isInTime) });
}

function timeOf(fault: PlannedFault): number[] {
  return "atMs" in fault.when ? [fault.when.atMs] : [];
}

/** Whole clients, then faults, then single operations: each makes the next one cheaper. */
async function leaveOut(attempts: Attempts, seedCount: number): Promise<void> {
  const slotOf = (operation: ScriptedOperation): number => operation.process % attempts.best.clients;
  await minimize([...new Set(operationsOf(attempts.best).map(slotOf))], (slots) => {
    const operations = operationsOf(attempts.best).filter((operation) => slots.includes(slotOf(operation)));
    return attempts.accepts(withScript(attempts.best, { operations }), seedCount);
  });
  await minimize(faultsOf(attempts.best), (faults) => attempts.accepts(withScript(attempts.best, { faults }), seedCount));
  await minimize(operationsOf(attempts.best), (operations) => attempts.accepts(withScript(attempts.best, { operations }), seedCount));
}

async function simplify(attempts: Attempts, onStep: (step: string) => void): Promise<void> {
  for (const { name, candidates } of simplifications) {
    onStep(name);
    let position = 0;
    while (attempts.exhausted === undefined) {
      const candidate = nth(candidates(attempts.best), position);
      if (candidate === undefined) break;
      // After a success the same position holds the next step; what was refused before it is not tried on every new best.
      if (!(await attempts.accepts(candidate, simplifySeedCount))) position++;
    }
  }
}

function nth<T>(items: Iterable<T>, position: number): T | undefined {
  let index = 0;
  for (const item of items) if (index++ === position) return item;
  return undefined;
}

async function finished(options: ShrinkOptions, attempts: Attempts, isReproduced: boolean): Promise<ShrinkResult> {
  const { best, bestResult } = attempts;
  const ending = isReproduced ? (attempts.exhausted ?? "minimal") : attempts.exhausted === "interrupted" ? "interrupted" : "not-reproduced";
  const traceHash = bestResult?.statistics.cluster.traceHash;
  const count = isReproduced ? (options.replayCount ?? (best.runtime === "simulation" ? 10 : 1)) : 0;
  let identicalCount = 0;
  for (let index = 0; index < count; index++) {
    const replay = await attempts.attempt(best);
    if (replay?.failureClass === options.failureClass && replay.statistics.cluster.traceHash === traceHash) identicalCount++;
  }
  const expect = { failureClass: options.failureClass, ...(traceHash === undefined ? {} : { traceHash }) };
  return {
    plan: isReproduced ? { ...best, expect } : options.plan,
    result: isReproduced ? bestResult : undefined,
    ending,
    before: sizeOf(options.plan),
    after: sizeOf(best),
    runCount: attempts.runCount,
    elapsedMs: attempts.elapsedMs,
    replays: { count, identicalCount },
    otherClasses: Object.fromEntries(attempts.otherClasses),
    crashes: attempts.crashes,
  };
}

/** How much there is to read in a plan. Without a script there are no operations and faults to count. */
function sizeOf(plan: Plan): PlanSize {
  const operations = operationsOf(plan);
  return {
    operationCount: operations.length,
    faultCount: faultsOf(plan).length,
    clientCount: new Set(operations.map((operation) => operation.process % plan.clients)).size,
    nodeCount: plan.nodes,
  };
}

function operationsOf(plan: Plan): readonly ScriptedOperation[] {
  return plan.script?.operations ?? [];
}

function faultsOf(plan: Plan): readonly PlannedFault[] {
  return plan.script?.faults ?? [];
}

function withScript(plan: Plan, changed: Partial<Script>): Plan {
  return { ...plan, script: { operations: operationsOf(plan), faults: faultsOf(plan), ...changed } };
}
