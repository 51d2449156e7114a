// How fast runs in processes are: operations recorded a second against the key-value store on three nodes, with fsync and every link
// behind its proxy, without faults; and what a run costs before and after its load. `node bench/process.bench.ts [seconds [clients ...]]`,
// which fails below its limit. The limit is for two idle cores; on busy ones the processor time per operation says more.
import { readFileSync, readdirSync } from "node:fs";
import { platform } from "node:process";
import { runPlan } from "../harness/runner.ts";
import type { Plan } from "../harness/plan.ts";
import { createProcessRuntime } from "../runtimes/process/index.ts";
import { system } from "../systems/kv/index.ts";
import { Table } from "./table.ts";

const seconds = Number(process.argv[2] ?? 5);
const clientCounts = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [1, 20];
const limitPerSecond = 4_000;
const warmUpMs = 2_000;

const table = new Table("kv on 3 nodes in processes, no faults", [
  "clients",
  "operations/s",
  "limit",
  "of it",
  "median ms",
  "p99 ms",
  "harness ms/op",
  "nodes ms/op",
  "start ms",
  "verdict",
]);

function planFor(clients: number): Plan {
  return {
    schema: "faultline/plan/1",
    system: "kv",
    module: new URL("../systems/kv/index.ts", import.meta.url).href,
    variant: "raft",
    workload: "register",
    nemeses: [],
    runtime: "process",
    seed: "bench",
    nodes: 3,
    clients,
    // More than can be served: every slot is always busy.
    rateHz: 100_000,
    durationMs: seconds * 1_000,
    options: { phases: { warmUpMs, quietMs: 0, checkMs: 10_000 } },
  };
}

/** Processor time of this process's children that still run, milliseconds; not known but on Linux. */
function childrenMs(): number {
  if (platform !== "linux") return NaN;
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[1]) === process.pid) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has just ended.
    }
  }
  return ticks * 10;
}

interface Moment {
  readonly operationCount: number;
  readonly timeNs: number;
  readonly ownMs: number;
  readonly childrenMs: number;
}

async function measure(clients: number): Promise<void> {
  const plan = planFor(clients);
  const variant = system.variants.find(({ name }) => name === plan.variant) ?? system.variants[0];
  const workload = system.workloads.find(({ name }) => name === plan.workload);
  if (variant === undefined || workload === undefined) throw new Error("the key-value store has a register workload");
  const moments: Moment[] = [];
  let [operationCount, firstNs] = [0, 0];
  const latenciesMs: number[] = [];
  const invokedNs = new Map<number, number>();
  const result = await runPlan(
    { system, plan, variant, workload, nemeses: [], runtime: createProcessRuntime({ system }) },
    {
      onEvent: ({ type, process: client, phase, timeNs }) => {
        if (type === "invoke") invokedNs.set(client, timeNs);
        if (firstNs === 0 && type === "invoke") firstNs = timeNs;
        if (type !== "ok") return;
        operationCount++;
        if (phase === "faults") latenciesMs.push((timeNs - (invokedNs.get(client) ?? timeNs)) / 1e6);
        const isEdge = (moments.length === 0 && phase === "faults") || (moments.length === 1 && timeNs >= firstNs + (warmUpMs + seconds * 950) * 1e6);
        if (!isEdge) return;
        const { user, system: kernel } = process.cpuUsage();
        moments.push({ operationCount, timeNs, ownMs: (user + kernel) / 1_000, childrenMs: childrenMs() });
      },
    },
  );
  const [first, last] = moments;
  if (first === undefined || last === undefined) throw new Error(`the load did not last: ${result.ending}, ${result.verdict.why}`);
  const count = last.operationCount - first.operationCount;
  const perSecond = (count / (last.timeNs - first.timeNs)) * 1e9;
  const ratio = perSecond / limitPerSecond;
  if (ratio < 1 && clients === 20) process.exitCode = 1;
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number): string => (latenciesMs[Math.floor(latenciesMs.length * share)] ?? NaN).toFixed(2);
  const perOperation = (ms: number): string => (ms / count).toFixed(3);
  table.add(
    String(clients),
    perSecond.toFixed(0),
    clients === 20 ? String(limitPerSecond) : "",
    clients === 20 ? ratio.toFixed(2) : "",
    at(0.5),
    at(0.99),
    perOperation(last.ownMs - first.ownMs),
    perOperation(last.childrenMs - first.childrenMs),
    (firstNs / 1e6).toFixed(0),
    result.verdict.verdict,
  );
}

for (const clients of clientCounts) await measure(clients);
table.print();
