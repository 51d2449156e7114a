// The entry of a worker thread: plans come in, digests of their runs go out. Started by `execution.ts`.
import { parentPort } from "node:worker_threads";
import { runPlan } from "../harness/runner.ts";
import { serveRuns } from "../harness/worker-runs.ts";
import { resolvePlan } from "./registry.ts";

if (parentPort === null) throw new Error("this file is the entry of a worker thread; run cli/main.ts instead");
serveRuns(
  parentPort,
  async (plan) => await runPlan(await resolvePlan(plan)),
  () => performance.now(),
);
