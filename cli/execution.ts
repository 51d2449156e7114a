// Runs, one here or many over all cores. The only place that starts worker threads.
import type { Execute } from "../harness/explore.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import { WorkerPool } from "../harness/worker-pool.ts";
import { executeInPool } from "../harness/worker-runs.ts";
import type { Session } from "./command.ts";
import { resolvePlan } from "./registry.ts";

/** No simulated run of a search takes near as long; one that does hangs. */
const wallLimitMs = 60_000;

export interface Execution {
  readonly execute: Execute;
  /** How many runs may be under way together. */
  readonly parallel: number;
}

/** Gives a pool of workers to `body` and takes it down when `body` settles, whatever way. */
export async function withWorkers<T>(session: Session, body: (execution: Execution) => Promise<T>): Promise<T> {
  const { terminal, settings } = session;
  await using pool = new WorkerPool({ entry: workerEntry(), size: settings.workers, wallLimitMs });
  return await body({ execute: executeInPool(pool, { clock: () => terminal.monotonicMs(), signal: terminal.interruption }), parallel: pool.capacity });
}

/** The compiled package has a `.js` of the same name. */
function workerEntry(): URL {
  const entry = new URL("./worker.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) entry.pathname = entry.pathname.replace(/\.ts$/, ".js");
  return entry;
}

/** One run in this thread; ends early and healed when the user interrupts. */
export async function runHere(session: Session, plan: Plan): Promise<RunResult> {
  return await runPlan(await resolvePlan(plan), { signal: session.terminal.interruption });
}
