// One worker of `scoreboard.ts`: searches a range of seeds of one system or bug, and shrinks the first finds.
import { parentPort } from "node:worker_threads";
import { resolveWith } from "../api/check-system.ts";
import { loadSystem } from "../cli/registry.ts";
import { digestRun } from "../harness/digest.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import { searchedRun, type SearchRecord } from "../harness/scoreboard.ts";
import { searchPlan } from "../harness/search.ts";
import { shrink } from "../harness/shrink.ts";
import type { System } from "../harness/system.ts";
import type { Answer, Task } from "./scoreboard.ts";

const shrunkFinds = 3;
const shrinkMs = 20_000;

parentPort?.on("message", (task: Task) => {
  void answer(task).then((result) => parentPort?.postMessage(result));
});

async function answer(task: Task): Promise<Answer> {
  const { system, module } = await loadSystem(task.system, { directory: process.cwd() });
  const accusedBy = system.bugs.find((bug) => bug.name === task.bug)?.accusedBy;
  const runs: SearchRecord["runs"][number][] = [];
  const found: RunResult[] = [];
  const alarms: string[] = [];
  const begunMs = performance.now();
  for (let index = task.from; index < task.from + task.seeds; index++) {
    const request = { system, module, variant: task.variant, seedBase: task.seedBase, index, ...(task.bug === null ? {} : { bug: task.bug }) };
    const startMs = performance.now();
    const result = await runPlan(resolveWith(system, searchPlan(request)));
    const run = searchedRun(digestRun(result, { index, wallMs: performance.now() - startMs }), accusedBy);
    runs.push(run);
    if (task.bug === null && result.verdict.verdict !== "valid")
      alarms.push(`${task.seedBase}-${index}: ${result.verdict.verdict}, ${result.failureClass ?? result.ending}: ${result.verdict.why}`);
    if (task.bug !== null && run.isFound) found.push(result);
    if (found.length >= task.finds || performance.now() - begunMs > task.timeMs) break;
  }
  const shrunk: SearchRecord["shrunk"][number][] = [];
  for (const result of found.filter((one) => one.failureClass?.startsWith(`${accusedBy ?? ""}/`)).slice(0, shrunkFinds))
    shrunk.push(await smaller(system, result));
  return { runs, shrunk, alarms };
}

async function smaller(system: System, result: RunResult): Promise<SearchRecord["shrunk"][number]> {
  const run = (plan: Plan): Promise<RunResult> => runPlan(resolveWith(system, plan));
  const { before, after, runCount, elapsedMs } = await shrink({
    plan: result.plan,
    failureClass: result.failureClass ?? "",
    run,
    clock: () => performance.now(),
    timeMs: shrinkMs,
  });
  return { before, after, runCount, elapsedMs };
}
