// What runs in processes leave behind: nothing, however they end; and what a harness that is killed leaves, the next sweep takes away.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Injection } from "../../harness/faults.ts";
import type { Cluster } from "../../harness/runtime.ts";
import { runPlan } from "../../harness/runner.ts";
import type { ResolvedPlan } from "../../harness/run.ts";
import { system as kv } from "../../systems/kv/index.ts";
import { faultOf } from "../fixtures/fault-of.ts";
import { lastingRuns, lastingVdsoRun } from "../fixtures/lasting-faults.ts";
import { probePlan } from "../fixtures/probe-plan.ts";
import { system as probeSystem } from "../fixtures/probe-system.ts";
import { probeVdso } from "../shared/clock/index.ts";
import { realTimeHealers } from "../shared/cluster/index.ts";
import { findUndoLogs, isRunning, readUndoFile, statOf, sweepUndo, type ProcessIdentity } from "../shared/undo/index.ts";
import { createProcessRuntime } from "./index.ts";

const vdso = await probeVdso();
const limitMs = 120_000;

let place: string;
let temporary: string;
let harness: ChildProcess | undefined;
let harnessEnded: Promise<unknown> | undefined;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "faultline-left-"));
  temporary = join(place, "temporary");
  mkdirSync(temporary);
  vi.stubEnv("TMPDIR", temporary);
});
afterEach(async () => {
  harness?.kill("SIGKILL");
  await harnessEnded;
  // Also what a test that failed could not take away.
  await sweepUndo(findUndoLogs(place), realTimeHealers);
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

/** Of one run's undo log, ended or not. */
function processesIn(directory: string): readonly ProcessIdentity[] {
  const lines = readFileSync(join(directory, "undo.jsonl"), "utf8").split("\n").filter(Boolean);
  return lines.flatMap((line) => {
    // Written by the runtime under test.
    const entry = JSON.parse(line) as { readonly undo?: { readonly kind: string; readonly data: { readonly process: ProcessIdentity } } };
    return entry.undo?.kind === "kill-process" ? [entry.undo.data.process] : [];
  });
}

/** Sockets, listeners, child processes and timers of this process. */
function resources(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|UDP|Pipe|Process|Timeout/.test(name))
    .toSorted();
}

/** On n1 all that can be in force together on a node that runs, what halts it last; n3 is held down. */
async function troubled(cluster: Cluster): Promise<void> {
  await cluster.start();
  const onN1 = lastingRuns.flatMap(({ faults }) => faults.map((fault) => ({ ...fault, targets: { nodes: ["n1"] } })));
  const downing = ["kill", "stop", "power-cut", "wipe"];
  const halting = ["slow-cpu", "pause"];
  const running = onN1.filter(({ kind }) => !downing.includes(kind) && !halting.includes(kind));
  for (const fault of [...running, ...onN1.filter(({ kind }) => halting.includes(kind))]) expect((await cluster.faults.inject(fault)).skipped).toBeUndefined();
  await cluster.faults.inject(faultOf("kill", { id: "down", targets: ["n3"], params: {} }));
  const pause = faultOf("pause", { id: "armed", targets: { self: true }, params: {} });
  await cluster.faults.arm(pause, { mark: "probe.mark", node: "n2", occurrence: 1, delayMs: 0 }, () => undefined);
}

/** Processes, sockets, timers, folders and open undo entries of a run that has noted something in `directory`. */
async function expectNothingLeft(directory: string, before: readonly string[]): Promise<void> {
  const processes = processesIn(directory);
  expect(processes.length).toBeGreaterThanOrEqual(3);
  expect(processes.filter(isRunning)).toEqual([]);
  expect(readUndoFile(join(directory, "undo.jsonl"))).toMatchObject({ open: [], problems: [] });
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(directory).toSorted()).toEqual(["logs", "undo.jsonl"]);
  await expect.poll(resources, { timeout: 5_000 }).toEqual(before);
}

describe("a run in the middle of faults leaves nothing", () => {
  test.each([
    { how: "returns", ending: (): void => undefined, problem: undefined },
    {
      how: "throws",
      ending: (): never => {
        throw new Error("enough of it");
      },
      problem: "enough of it",
    },
  ])("when its body $how", async ({ ending, problem }) => {
    const [before, directory] = [resources(), join(place, "run")];
    const run = createProcessRuntime({ system: probeSystem }, { directory }).run(probePlan({ name: "process" }), async (cluster) => {
      await troubled(cluster);
      ending();
    });
    const outcome = await run.then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (problem === undefined) expect(outcome).toBeUndefined();
    else expect(outcome).toContain(problem);
    await expectNothingLeft(directory, before);
  });

  test("when it is interrupted", async () => {
    const [before, directory] = [resources(), join(place, "run")];
    const interruption = new AbortController();
    const { ending, history } = await runPlan(storeRun(directory), {
      signal: interruption.signal,
      onEvent: ({ type }) => {
        if (type === "fault") interruption.abort();
      },
    });
    expect(ending).toBe("interrupted");
    expect(history.faults.map(({ action, kind }) => `${action} ${kind}`)).toEqual(["inject pause", "lift pause"]);
    await expectNothingLeft(directory, before);
  });
});

/** Of the key-value store, which is paused for a minute soon after it has begun. */
function storeRun(directory: string): ResolvedPlan {
  const [variant, workload] = [kv.variants[0], kv.workloads[0]];
  if (variant === undefined || workload === undefined) throw new Error("the store has nothing to run");
  const module = new URL("../../systems/kv/index.ts", import.meta.url).href;
  const plan = probePlan({ name: "process" }, { system: kv.name, module, workload: workload.name, rateHz: 20 });
  const pause = { ...faultOf("pause", { id: "pause", targets: ["n1"], params: {} }), when: { atMs: 0 }, durationMs: 60_000 };
  const nemesis = { name: "given", text: "", kinds: [], schedule: () => [pause] };
  return { system: kv, plan, variant, workload, nemeses: [nemesis], runtime: createProcessRuntime({ system: kv }, { directory }) };
}

describe.skipIf(process.platform !== "linux")(
  "a harness that is killed in the middle of each fault that lasts (Linux only: processes are looked at in /proc)",
  () => {
    test(
      "leaves nothing running but what is stopped, and nothing at all after the sweep",
      async () => {
        const file = fileURLToPath(new URL("../fixtures/doomed-harness.ts", import.meta.url));
        const env = { ...process.env, TMPDIR: temporary };
        const doomed = spawn(process.execPath, [file, place, vdso.ok ? "vdso" : ""], { stdio: ["ignore", "pipe", "inherit"], env });
        const ended = once(doomed, "exit");
        [harness, harnessEnded] = [doomed, ended];
        const lines = createInterface({ input: doomed.stdout });
        const [line] = await Promise.race([once(lines, "line"), ended.then(() => ["[]"])]);
        const runs = [...lastingRuns, ...(vdso.ok ? [lastingVdsoRun] : [])];
        // Written by the harness of this test.
        const injections = JSON.parse(String(line)) as readonly Injection[];
        const hit = injections.map(({ id, skipped, victims }) => ({ id, skipped, victims }));
        expect(hit).toEqual(runs.flatMap(({ faults }) => faults.map(({ id }, index) => ({ id, skipped: undefined, victims: [`n${index + 1}`] }))));
        const logs = findUndoLogs(place);
        expect(logs).toHaveLength(runs.length);
        const processes = runs.flatMap(({ name }) => processesIn(join(place, name)));
        expect((await sweepUndo(logs, realTimeHealers)).map(({ state }) => state)).toEqual(logs.map(() => "in-use"));
        doomed.kill("SIGKILL");
        await ended;
        // A slowed node may have been caught in a moment when it runs; then it ends by itself.
        await expect.poll(() => processes.filter((each) => isRunning(each) && statOf(each)?.state !== "T"), { timeout: 20_000 }).toEqual([]);
        expect(processes.filter(isRunning).length).toBeGreaterThanOrEqual(1);
        expect(readdirSync(temporary)).not.toEqual([]);

        const sweeps = await sweepUndo(logs, realTimeHealers);
        expect(sweeps.flatMap(({ healed }) => healed).filter(({ healing }) => healing.outcome === "failed" || healing.outcome === "refused")).toEqual([]);
        await expect.poll(() => processes.filter(isRunning), { timeout: 5_000 }).toEqual([]);
        expect(logs.flatMap((log) => readUndoFile(log).open)).toEqual([]);
        expect(readdirSync(temporary)).toEqual([]);
      },
      limitMs,
    );
  },
);
