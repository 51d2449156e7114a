// Complete runs in processes: the shipped key-value store, workload, nemeses and checkers, unchanged, under real proxies and signals.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findNemesis } from "../../cli/registry.ts";
import type { PlannedFault } from "../../harness/faults.ts";
import type { Plan } from "../../harness/plan.ts";
import type { RunResult } from "../../harness/run.ts";
import { runPlan } from "../../harness/runner.ts";
import { system } from "../../systems/kv/index.ts";
import { readUndoFile } from "../shared/undo/index.ts";
import { createProcessRuntime } from "./index.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "faultline-place-"));
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

const kvModule = new URL("../../systems/kv/index.ts", import.meta.url).href;

async function runKv(replaced: Partial<Plan> & { readonly bugName?: string } = {}): Promise<RunResult> {
  const { bugName, ...rest } = replaced;
  const bug = system.bugs.find(({ name }) => name === bugName);
  const variant = system.variants.find(({ name }) => name === bug?.variant) ?? system.variants[0];
  const workload = system.workloads.find(({ name }) => name === "register");
  if (variant === undefined || workload === undefined) throw new Error("the key-value store has a register workload");
  const plan: Plan = {
    schema: "faultline/plan/1",
    system: "kv",
    module: kvModule,
    variant: variant.name,
    workload: "register",
    nemeses: [],
    runtime: "process",
    seed: "1",
    nodes: 3,
    clients: 4,
    rateHz: 100,
    durationMs: 2_500,
    options: { phases: { warmUpMs: 300, quietMs: 500, readyLimitMs: 20_000, operationTimeoutMs: 500 } },
    ...rest,
  };
  const subject = bug === undefined ? { system } : { system, bug };
  const runtime = createProcessRuntime(subject, { directory: place });
  return await runPlan({ ...subject, plan, variant, workload, nemeses: plan.nemeses.map(findNemesis), runtime });
}

function fault(id: string, atMs: number, what: Pick<PlannedFault, "kind" | "targets" | "params"> & { readonly durationMs: number }): PlannedFault {
  // A kind and its own parameters, put together by this file.
  return { id, when: { atMs }, ...what } as PlannedFault;
}

test("the key-value store keeps its promises under partition, kill, pause, power cut and a wrong clock, each of which took effect", async () => {
  const faults = [
    fault("cut off", 400, { kind: "partition", targets: { nodes: ["n1"] }, params: {}, durationMs: 600 }),
    fault("killed", 900, { kind: "kill", targets: { nodes: ["n2"] }, params: {}, durationMs: 300 }),
    fault("wrong", 1_000, { kind: "clock-step", targets: { all: true }, params: { offsetMs: -400 }, durationMs: 800 }),
    fault("paused", 1_500, { kind: "pause", targets: { nodes: ["n3"] }, params: {}, durationMs: 400 }),
    fault("dark", 2_300, { kind: "power-cut", targets: { nodes: ["n1"] }, params: { torn: false }, durationMs: 200 }),
  ];
  const operations = Array.from({ length: 200 }, (_, id) => ({
    id,
    process: id % 4,
    atMs: 300 + id * 12,
    phase: "faults" as const,
    input: id % 2 === 0 ? { f: "write", key: `k${id % 3}`, value: `v${id}` } : { f: "read", key: `k${id % 3}` },
  }));
  const result = await runKv({ script: { operations, faults } });
  expect(result.ending).toBe("completed");
  expect(result.verdict.verdict, result.verdict.why).toBe("valid");
  for (const { kind } of faults) expect(result.statistics.faults[kind], kind).toMatchObject({ injectedCount: 1, effectiveCount: 1, skippedCount: 0 });
  expect(result.statistics.okCount).toBeGreaterThan(50);
  expect(readUndoFile(join(place, "undo.jsonl"))).toMatchObject({ open: [], problems: [] });
  expect(readFileSync(join(place, "logs", "n2.log"), "utf8")).toMatch(/#2 info up\n/);
});

test("a planted bug is accused in processes as it is in simulation: reads by a leader that has been cut off", async () => {
  // Each client pauses for longer than it remembers who leads, so that it asks its own node, the cut-off leader among them.
  const operations = Array.from({ length: 120 }, (_, id) => ({
    id,
    process: id % 4,
    atMs: 300 + id * 20,
    phase: "faults" as const,
    input: id % 3 === 0 ? { f: "write", key: "k", value: `v${id}` } : { f: "read", key: "k" },
  }));
  const cutOff = fault("cut off", 600, { kind: "partition", targets: { role: "leader" }, params: {}, durationMs: 1_800 });
  const result = await runKv({ bugName: "stale-reads", script: { operations, faults: [cutOff] } });
  expect(result.statistics.faults["partition"]).toMatchObject({ effectiveCount: 1 });
  expect(result.failureClass, result.verdict.why).toBe("KV-C1/register:linearizable");
});

test("what the nemeses draw is carried out here as in simulation, and nothing is accused", async () => {
  const result = await runKv({ nemeses: ["swarm", "targeted"], durationMs: 1_500, seed: "a correct system" });
  expect(result.ending).toBe("completed");
  expect(result.verdict.verdict, result.verdict.why).not.toBe("invalid");
  const effective = Object.values(result.statistics.faults).reduce((sum, { effectiveCount }) => sum + effectiveCount, 0);
  expect(effective).toBeGreaterThan(0);
});
