// Runs, one here or many: simulated ones over all cores, those in real time a few side by side in this process. The only place that starts worker threads.
import { availableParallelism } from "node:os";
import type { RunDigest } from "../harness/digest.ts";
import type { Execute } from "../harness/explore.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import type { RunFolder } from "../harness/store-run.ts";
import { WorkerPool } from "../harness/worker-pool.ts";
import { executeHere, executeInPool } from "../harness/worker-runs.ts";
import type { Session } from "./command.ts";
import { forget, recordRun, type Recorded } from "./recording.ts";
import { resolvePlan } from "./registry.ts";
import { isRealTime } from "./runtimes.ts";

/** No simulated run of a search takes near as long; one that does hangs. */
const wallLimitMs = 60_000;

export interface Execution {
  readonly execute: Execute;
  /** How many runs may be under way together. */
  readonly parallel: number;
}

/** Gives a pool of workers to `body` and takes it down when `body` settles, whatever way. For plans of the simulation. */
export async function withWorkers<T>(session: Session, body: (execution: Execution) => Promise<T>): Promise<T> {
  const { terminal, settings } = session;
  await using pool = new WorkerPool({ entry: workerEntry(), size: settings.workers ?? availableParallelism(), wallLimitMs });
  return await body({ execute: executeInPool(pool, { clock: () => terminal.monotonicMs(), signal: terminal.interruption }), parallel: pool.capacity });
}

export interface RealTimeRuns {
  /** How many side by side. */
  readonly parallel: number;
  /** Which records stay in the store; the others are removed once they are judged. */
  readonly keeps: (digest: RunDigest) => boolean;
  /** Called with each run that stays, before its digest is given. */
  readonly onKept?: (index: number, recorded: Recorded) => void;
}

/** The same for plans in real time. When `body` settles, what is still under way is ended, healed and forgotten before this resolves. */
export async function withRealTime<T>(session: Session, options: RealTimeRuns, body: (execution: Execution) => Promise<T>): Promise<T> {
  const { terminal } = session;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, terminal.interruption]);
  const underWay = new Set<Promise<unknown>>();
  const recorded: Execute = async ({ index, plan }) => {
    const records: Recorded[] = [];
    const run = async (asked: Plan): Promise<RunResult> => {
      const record = await recordRun(session, asked, { signal, isAlone: false });
      records.push(record);
      return record.result;
    };
    const digest = await executeHere(run, () => terminal.monotonicMs())({ index, plan });
    for (const record of records) {
      if (options.keeps(digest) && !over.signal.aborted) options.onKept?.(index, record);
      else forget(session, record.folder);
    }
    return digest;
  };
  const execute: Execute = (trial) => {
    const run = recorded(trial);
    const settled = run.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    return run;
  };
  try {
    return await body({ execute, parallel: options.parallel });
  } finally {
    over.abort();
    await Promise.all(underWay);
  }
}

/** The compiled package has a `.js` of the same name. */
function workerEntry(): URL {
  const entry = new URL("./worker.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) entry.pathname = entry.pathname.replace(/\.ts$/, ".js");
  return entry;
}

/** A run, and where it is stored: all in real time are. */
export interface Ran {
  readonly result: RunResult;
  readonly folder?: RunFolder;
}

/** One run from here; ends early and healed when the user interrupts. */
export async function runOnce(session: Session, plan: Plan): Promise<Ran> {
  if (isRealTime(plan)) return await recordRun(session, plan);
  return { result: await runPlan(await resolvePlan(plan), { signal: session.terminal.interruption }) };
}

/** The same, without a record that stays. */
export async function runHere(session: Session, plan: Plan): Promise<RunResult> {
  const { result, folder } = await runOnce(session, plan);
  if (folder !== undefined) forget(session, folder);
  return result;
}
