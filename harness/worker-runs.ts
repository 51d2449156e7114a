// Runs as jobs of the worker pool: plans go there, digests come back. For explore, campaigns and the worker entry.
import type { MessagePort } from "node:worker_threads";
import { digestFromJson, digestRun, digestToJson, lostRun, type RunDigest } from "./digest.ts";
import type { Execute, Trial } from "./explore.ts";
import type { Json } from "./json.ts";
import { parsePlan } from "./parse-plan.ts";
import type { Plan } from "./plan.ts";
import type { RunResult } from "./run.ts";
import { errorOfJob, serveJobs, type JobOutcome, type WorkerPool } from "./worker-pool.ts";

/**
 * Runs trials in the pool. A run that hangs is `stuck`, one that takes its thread down or fails in the harness is `crashed`.
 * Rejects with the UsageError or EnvironmentError of the run, since no other seed would fare better.
 */
export function executeInPool(pool: WorkerPool, options: { readonly clock: () => number; readonly signal?: AbortSignal }): Execute {
  return async (trial) => {
    const startMs = options.clock();
    const outcome = await pool.run(payloadOf(trial), options.signal);
    return digestOf(trial, outcome, options.clock() - startMs);
  };
}

/** Runs trials in this thread, one after the other. Rejections as in `executeInPool`; a hanging run hangs. */
export function executeHere(run: (plan: Plan) => Promise<RunResult>, clock: () => number): Execute {
  return async ({ index, plan }) => {
    const startMs = clock();
    try {
      const result = await run(plan);
      return digestRun(result, { index, wallMs: clock() - startMs });
    } catch (error) {
      if (error instanceof Error && "wayOut" in error) throw error;
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return lostRun(plan, { index, wallMs: clock() - startMs, ending: "crashed", why });
    }
  };
}

/** The worker entry's side. @param clock milliseconds of real time, to measure what each run costs */
export function serveRuns(port: MessagePort, run: (plan: Plan) => Promise<RunResult>, clock: () => number): void {
  const execute = executeHere(run, clock);
  serveJobs(port, async (payload) => digestToJson(await execute(trialOf(payload))));
}

function payloadOf({ index, plan }: Trial): Json {
  // A plan holds JSON only; interfaces just do not say so.
  return { index, plan: plan as unknown as Json };
}

function trialOf(payload: Json): Trial {
  if (typeof payload !== "object" || payload === null || !("index" in payload) || !("plan" in payload)) throw new Error("a job that is no trial");
  return { index: Number(payload["index"]), plan: parsePlan(payload["plan"], "the plan of a job") };
}

function digestOf({ index, plan }: Trial, outcome: JobOutcome, wallMs: number): RunDigest {
  switch (outcome.kind) {
    case "done":
      return digestFromJson(outcome.result);
    case "stuck":
      return lostRun(plan, { index, wallMs, ending: "stuck", why: `the run did not end within ${outcome.afterMs} ms of real time` });
    case "crashed":
      return lostRun(plan, { index, wallMs, ending: "crashed", why: outcome.reason });
    case "cancelled":
      return { ...lostRun(plan, { index, wallMs, ending: "crashed", why: "cancelled before it ran" }), ending: "interrupted" };
    case "failed": {
      const error = errorOfJob(outcome.error);
      if ("wayOut" in error) throw error;
      return lostRun(plan, { index, wallMs, ending: "crashed", why: error.stack ?? error.message });
    }
  }
}
