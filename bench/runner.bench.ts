// How many operations a second the runner itself can record: real time, clients that answer at once, the history written to a
// file, nothing judged. And what an operation costs in memory. `node bench/runner.bench.ts [seconds]`, which fails
// below 100,000 a second of processor time or above 300 bytes an operation.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { registerSystem, resolvedRegister, fixtureRuntime } from "../harness/fixtures/register-system.ts";
import { HistoryWriter } from "../harness/history-file.ts";
import type { RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import { Table, within } from "./table.ts";

const seconds = Number(process.argv[2] ?? 4);
const limits = { operationsPerSecond: 100_000, bytesPerOperation: 300 };

const system = registerSystem({
  client: () => ({ invoke: ({ f }) => Promise.resolve({ type: "ok", output: f === "read" ? "0" : null }), close: () => Promise.resolve() }),
});
const plan = {
  runtime: "process" as const,
  clients: 20,
  // The generator always has one that is due: the runner is as fast as it can be.
  rateHz: 1e9,
  options: { phases: { warmUpMs: 0, quietMs: 0, finalLimitMs: 1_000, operationTimeoutMs: 1_000 } },
};

const directory = mkdtempSync(join(tmpdir(), "faultline-bench-"));
try {
  await run(0.5, "warm-up.jsonl");
  const before = usedBytes();
  const { result, cpuSeconds, elapsedSeconds, historyBytes } = await run(seconds, "history.jsonl");
  const operationCount = result.statistics.okCount;
  const bytes = (usedBytes() - before) / operationCount;
  const perCpuSecond = operationCount / cpuSeconds;
  const table = new Table("Runner alone, 20 clients that answer at once, history written", ["figure", "measured", "limit", ""]);
  const rate = (value: number): string => value.toFixed(0);
  table.add(
    "operations/s of processor time",
    rate(perCpuSecond),
    `at least ${limits.operationsPerSecond}`,
    within(limits.operationsPerSecond / perCpuSecond, 1),
  );
  table.add("operations/s by the clock", rate(operationCount / elapsedSeconds), "", "");
  table.add("bytes of memory an operation", rate(bytes), `at most ${limits.bytesPerOperation}`, within(bytes, limits.bytesPerOperation));
  table.add("bytes of history an operation", rate(historyBytes / operationCount), "", "");
  table.print();
} finally {
  rmSync(directory, { recursive: true });
}

interface Measured {
  readonly result: RunResult;
  readonly cpuSeconds: number;
  readonly elapsedSeconds: number;
  readonly historyBytes: number;
}

async function run(durationSeconds: number, name: string): Promise<Measured> {
  const path = join(directory, name);
  const writer = new HistoryWriter(path, { planHash: "bench" });
  const resolved = resolvedRegister({ system, plan: { ...plan, durationMs: durationSeconds * 1_000 }, runtime: fixtureRuntime(system, "real") });
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await runPlan(resolved, {
    onEvent: (event) => writer.append(event),
    judge: async () => ({ verdict: { verdict: "unknown", why: "not judged", claims: [], evidence: [], statistics: {} }, failureClass: null }),
  });
  const { user, system: kernel } = process.cpuUsage(cpu);
  writer.close();
  return { result, cpuSeconds: (user + kernel) / 1e6, elapsedSeconds: (performance.now() - start) / 1_000, historyBytes: statSync(path).size };
}

/** Of everything that is still reachable. */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  // A fresh context has the function that the flag exposes.
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
