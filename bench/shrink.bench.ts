// Finds each planted bug by the default search, shrinks it, and prints what is left.
// `node bench/shrink.bench.ts [SYSTEM] [BUG] [seeds=1000] [shrink processor seconds=20]`. Fails (exit 1) if the medians exceed the goal: 4 operations, 4 faults.
import { digestRun } from "../harness/digest.ts";
import { runPlan } from "../harness/runner.ts";
import { searchPlan } from "../harness/search.ts";
import { shrink, type ShrinkResult } from "../harness/shrink.ts";
import { median } from "../harness/wilson.ts";
import { accuses } from "../harness/digest.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import { loadSystem, resolvePlan, shippedSystems, type LoadedSystem } from "../cli/registry.ts";

const goal = { operations: 4, faults: 4 };
const [systemName, bugName, seeds = "1000", seconds = "20"] = process.argv.slice(2);
const shrunk: ShrinkResult[] = [];
for (const name of systemName === undefined ? shippedSystems : [systemName]) {
  const loaded = await loadSystem(name, { directory: process.cwd() });
  for (const bug of loaded.system.bugs) if (bugName === undefined || bug.name === bugName) await measure(loaded, bug.name, bug.accusedBy);
}
const operations = median(shrunk.map((result) => result.after.operationCount));
const faults = median(shrunk.map((result) => result.after.faultCount));
console.log(
  `median over ${shrunk.length} bugs: ${operations} operations, ${faults} faults, ${median(shrunk.map((result) => result.elapsedMs))?.toFixed(0)} ms (goal: ${goal.operations} and ${goal.faults})`,
);
if ((operations ?? Infinity) > goal.operations || (faults ?? Infinity) > goal.faults) process.exitCode = 1;

async function measure({ system, module }: LoadedSystem, bug: string, accusedBy: string): Promise<void> {
  const found = await firstFind((index) => searchPlan({ system, module, bug, seedBase: "bench", index }), accusedBy);
  if (found === undefined) return console.log(`${system.name} ${bug}: not found by ${accusedBy} in ${seeds} seeds`);
  const { result, index } = found;
  // The claim that must accuse it need not be the first violated one; shrinking keeps the first.
  const failureClass = result.failureClass ?? "";
  const smaller = await shrink({ plan: result.plan, failureClass, run: runOnce, clock: processorMs, timeMs: Number(seconds) * 1_000 });
  shrunk.push(smaller);
  const { before, after, replays, ending, runCount, elapsedMs, crashes } = smaller;
  const sizes = [before, after].map((size) => `${size.operationCount}+${size.faultCount}`).join(" -> ");
  const rest = `${after.nodeCount} nodes, ${runCount} runs, ${elapsedMs.toFixed(0)} ms, ${ending}, replays ${replays.identicalCount}/${replays.count}${crashes.length > 0 ? `, crashes: ${crashes[0]}` : ""}`;
  console.log(`${system.name} ${bug}: seed ${index}, ${failureClass}: ${sizes}, ${rest}`);
}

async function firstFind(planOf: (index: number) => Plan, accusedBy: string): Promise<{ readonly result: RunResult; readonly index: number } | undefined> {
  for (let index = 0; index < Number(seeds); index++) {
    const result = await runOnce(planOf(index));
    if (accuses(digestRun(result, { index, wallMs: 0 }), accusedBy)) return { result, index };
  }
  return undefined;
}

/** Time of the processor, so that what else the machine does neither shortens nor lengthens the search. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function runOnce(plan: Plan): Promise<RunResult> {
  return await runPlan(await resolvePlan(plan));
}
