// What the journal acknowledges, and what a later incarnation showed to anybody, survives: the traps that simulated disks
// found in it, each as a script of a few events on a store that keeps nothing but a journal.
import { describe, expect, test } from "vitest";
import { resolveWith } from "../../api/check-system.ts";
import { system } from "../../examples/register/register.ts";
import type { PlannedFault } from "../../harness/faults.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { Plan, ScriptedOperation } from "../../harness/plan.ts";
import type { RunResult } from "../../harness/run.ts";
import { runPlan } from "../../harness/runner.ts";

const write: ScriptedOperation = { id: 0, process: 0, atMs: 1000, phase: "faults", input: { f: "write", key: "x", value: "1" } };
const readBefore: ScriptedOperation = { id: 1, process: 1, atMs: 3000, phase: "faults", input: { f: "read", key: "x" } };
const readAfter: ScriptedOperation = { id: 2, process: 2, atMs: 1, phase: "final", input: { f: "read", key: "x" } };
const powerCut: PlannedFault = { id: "cut", kind: "power-cut", targets: { nodes: ["n1"] }, params: { torn: false }, when: { atMs: 4000 }, durationMs: 100 };

/** Slow fsyncs, so that a kill can fall between write and fsync; no write-back by chance. */
const slowDisk: JsonObject = { diskFlushProbability: 0, diskFsyncMs: 50, failedFsync: "kept" };

describe("the journal", () => {
  test("keeps what it acknowledged through a power cut", async () => {
    const result = await run([], [write, readAfter]);
    expect(outputs(result)).toEqual([null, "1"]);
  });

  test.each(["kept", "reverted"])("shows nobody a record whose fsync failed and that a power cut can still take (pages %s)", async (failedFsync) => {
    const broken: PlannedFault = {
      id: "eio",
      kind: "disk-error",
      targets: { nodes: ["n1"] },
      params: { probability: 1, operations: ["fsync"] },
      when: { atMs: 900 },
      durationMs: 600,
    };
    const result = await run([broken], [write, readBefore, readAfter], { ...slowDisk, failedFsync });
    expect(result.history.operations[0]?.type).not.toBe("ok");
    const [before, after] = outputs(result).slice(-2);
    expect(after).toBe(before);
    expect(result.verdict.verdict).toBe("valid");
  });

  test("shows nobody a record whose writer was killed before its fsync and that a power cut can still take", async () => {
    let sawUnsynced = false;
    for (let atMs = 1001; atMs < 1040; atMs += 2) {
      const kill: PlannedFault = { id: "kill", kind: "kill", targets: { nodes: ["n1"] }, params: {}, when: { atMs }, durationMs: 100 };
      const result = await run([kill], [write, readBefore, readAfter], slowDisk, `kill-${atMs}`);
      const [before, after] = outputs(result).slice(-2);
      expect(after).toBe(before);
      sawUnsynced ||= before === "1" && result.history.operations[0]?.type !== "ok";
    }
    expect(sawUnsynced).toBe(true);
  });

  test("does not tear, while it recovers, what was durable before", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const restart: PlannedFault = { id: "kill", kind: "kill", targets: { nodes: ["n1"] }, params: {}, when: { atMs: 3990 - seed }, durationMs: 10 };
      const result = await run([restart, { ...powerCut, params: { torn: true } }], [write, readAfter], slowDisk, `tear-${seed}`);
      expect(outputs(result)).toEqual([null, "1"]);
    }
  });
});

function run(
  faults: readonly PlannedFault[],
  operations: readonly ScriptedOperation[],
  simulation: JsonObject = slowDisk,
  seed = "journal",
): Promise<RunResult> {
  const plan: Plan = {
    schema: "faultline/plan/1",
    system: system.name,
    module: "in-process:register",
    workload: "register",
    nemeses: [],
    runtime: "simulation",
    seed,
    nodes: 3,
    clients: 3,
    rateHz: 5,
    durationMs: 5000,
    options: { simulation },
    script: { operations, faults: faults.some(({ kind }) => kind === "power-cut") ? faults : [...faults, powerCut] },
  };
  return runPlan(resolveWith(system, plan));
}

function outputs(result: RunResult): unknown[] {
  return result.history.operations.map((operation) => operation.output ?? null);
}
