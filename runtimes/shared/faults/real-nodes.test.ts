// The faults port over real node processes: traps that nodes carry out on themselves, clocks by all three mechanisms, disks, and nothing left afterwards.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { examplePlan } from "../../../harness/fixtures/plan.fixture.ts";
import type { Fault, Injection, Target } from "../../../harness/faults.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import { callAsync } from "../../../harness/promises.ts";
import type { Cluster } from "../../../harness/runtime.ts";
import { notebookModule, system } from "../../process/fixtures/notebook-system.ts";
import { createProcessRuntime } from "../../process/index.ts";
import { probeVdso } from "../clock/index.ts";
import { readUndoFile } from "../undo/index.ts";

const vdso = await probeVdso();
let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "faultline-real-nodes-"));
});
afterEach(() => rmSync(place, { recursive: true }));

const self: Target = { self: true };
const n1: Target = { nodes: ["n1"] };
const kill: Fault = { id: "kill", kind: "kill", targets: self, params: {} };

interface Seen {
  readonly deaths: string[];
}

async function withNodes(body: (cluster: Cluster, seen: Seen) => Promise<void>, realTime: JsonObject = {}): Promise<void> {
  const plan = examplePlan({ runtime: "process", system: "notebook", module: notebookModule, nodes: 3, clients: 1, options: { realTime } });
  await createProcessRuntime({ system }, { directory: place }).run(plan, async (cluster) => {
    const deaths: string[] = [];
    cluster.subscribe({
      fact: () => undefined,
      probe: () => undefined,
      log: () => undefined,
      died: ({ node, reason }) => void deaths.push(`${node} ${reason}`),
    });
    await cluster.start();
    await body(cluster, { deaths });
  });
  expect(readUndoFile(join(place, "undo.jsonl"))).toMatchObject({ open: [], problems: [] });
}

async function ask(
  cluster: Cluster,
  node: string,
  path: string,
  { body = null, timeoutMs = 5_000 }: { readonly body?: Json; readonly timeoutMs?: number } = {},
): Promise<Json> {
  const { error, reply } = await callAsync(cluster.clientEnvironment(0).network, node, { method: "POST", path, body }, { timeoutMs });
  if (error !== undefined) return { error: error.kind };
  const answer = reply.body ?? null;
  if (answer instanceof Uint8Array) throw new Error("nodes of this system answer in JSON");
  return answer;
}

async function who(cluster: Cluster, node: string): Promise<JsonObject> {
  const answer = await ask(cluster, node, "/who");
  return Object.fromEntries(Object.entries(answer ?? {}));
}

/** How far the node's clock is ahead, as seen from here. */
async function aheadMs(cluster: Cluster, node: string): Promise<number> {
  return Number((await who(cluster, node))["wallMs"]) - Date.now();
}

async function armed(cluster: Cluster, fault: Fault, when: { readonly node: string; readonly occurrence: number }): Promise<Injection[]> {
  const fired: Injection[] = [];
  await cluster.faults.arm(fault, { mark: "notebook.mark", delayMs: 0, ...when }, (injection) => void fired.push(injection));
  return fired;
}

describe("a trap in a process", () => {
  test("kills it within its second mark, counts through a restart, and is nobody's news but the fault's", async () => {
    await withNodes(async (cluster, { deaths }) => {
      const fired = await armed(cluster, kill, { node: "n1", occurrence: 3 });
      expect(await ask(cluster, "n1", "/mark")).toBeNull();
      await cluster.faults.inject({ id: "before", kind: "kill", targets: n1, params: {} });
      await cluster.faults.lift("before");
      await expect.poll(() => who(cluster, "n1"), { timeout: 20_000 }).toMatchObject({ incarnation: 2 });
      expect(await ask(cluster, "n1", "/mark")).toBeNull();
      expect(fired).toEqual([]);
      expect(await ask(cluster, "n1", "/mark")).toEqual({ error: "Reset" });
      await expect.poll(() => fired, { timeout: 20_000 }).toHaveLength(1);
      expect(fired[0]).toEqual({ id: "kill", victims: ["n1"], detail: { mechanism: "signal", killedProcesses: 1, at: "mark", mark: "notebook.mark" } });
      expect(await ask(cluster, "n1", "/who")).toEqual({ error: "Refused" });
      expect(cluster.faults.state("n1")).toMatchObject({ status: "down", incarnation: 2 });
      expect((await cluster.faults.lift("kill")).affectedCount).toBe(1);
      await expect.poll(() => who(cluster, "n1"), { timeout: 20_000 }).toMatchObject({ incarnation: 3 });
      expect(await ask(cluster, "n1", "/mark")).toBeNull();
      expect(deaths).toEqual([]);
    });
  });

  test("stops it within its mark until the lift; what was asked meanwhile is answered then", async () => {
    await withNodes(async (cluster, { deaths }) => {
      const fired = await armed(cluster, { id: "pause", kind: "pause", targets: self, params: {} }, { node: "n2", occurrence: 1 });
      const marked = ask(cluster, "n2", "/mark", { timeoutMs: 30_000 });
      await expect.poll(() => fired, { timeout: 20_000 }).toHaveLength(1);
      expect(fired[0]).toMatchObject({ victims: ["n2"], detail: { mechanism: "signal", pausedProcesses: 1, at: "mark" } });
      expect(cluster.faults.state("n2").status).toBe("paused");
      expect(await ask(cluster, "n2", "/who", { timeoutMs: 100 })).toEqual({ error: "Timeout" });
      await cluster.faults.lift("pause");
      expect(await marked).toBeNull();
      expect(await who(cluster, "n2")).toMatchObject({ incarnation: 1 });
      expect(deaths).toEqual([]);
    });
  });

  test("on any of them springs once, cuts the power of that one, and leaves the others alone", async () => {
    await withNodes(async (cluster, { deaths }) => {
      await ask(cluster, "n3", "/write", { body: "kept" });
      const fired = await armed(cluster, { id: "cut", kind: "power-cut", targets: self, params: { torn: false } }, { node: "any", occurrence: 1 });
      expect(await ask(cluster, "n3", "/mark")).toEqual({ error: "Reset" });
      await expect.poll(() => fired, { timeout: 20_000 }).toHaveLength(1);
      expect(fired[0]).toMatchObject({ victims: ["n3"], detail: { killedProcesses: 1 } });
      expect([await ask(cluster, "n1", "/mark"), await ask(cluster, "n2", "/mark")]).toEqual([null, null]);
      await cluster.faults.heal();
      await expect.poll(() => ask(cluster, "n3", "/notes"), { timeout: 20_000 }).toEqual(["kept"]);
      expect([fired.length, deaths]).toEqual([1, []]);
    });
  });
});

test("a mark of one node kills another one, with the delay on record; a full disk counts what it refused and is whole after the lift", async () => {
  await withNodes(async (cluster) => {
    const fired = await armed(cluster, { ...kill, targets: { role: "first" } }, { node: "n2", occurrence: 1 });
    expect(await ask(cluster, "n2", "/mark")).toBeNull();
    await expect.poll(() => fired, { timeout: 20_000 }).toHaveLength(1);
    expect(fired[0]).toMatchObject({ victims: ["n1"], detail: { marker: "n2", killedProcesses: 1 } });
    expect(Number(fired[0]?.detail["delayMs"])).toBeGreaterThan(0);
    expect(cluster.faults.state("n1").status).toBe("down");

    await cluster.faults.inject({ id: "full", kind: "disk-full", targets: { nodes: ["n2"] }, params: {} });
    await ask(cluster, "n2", "/write", { body: "lost" });
    expect(await cluster.faults.lift("full")).toEqual({ affectedCount: 1, detail: { refusedWrites: 1 } });
    await ask(cluster, "n2", "/write", { body: "kept" });
    expect(await ask(cluster, "n2", "/notes")).toEqual(["kept"]);
  });
});

describe.each([
  { mechanism: "environment", offsetMs: 3_600_000, ratePpm: 100_000, why: "" },
  { mechanism: "vdso", offsetMs: 3_600_000, ratePpm: 100_000, why: vdso.ok ? "" : `(not here: ${vdso.reason})` },
  { mechanism: "time-link", offsetMs: -300, ratePpm: 50_000, why: "" },
])("clocks by $mechanism $why", ({ mechanism, offsetMs, ratePpm, why }) => {
  const toleranceMs = 250;

  async function stepThroughRestart(cluster: Cluster): Promise<void> {
    const { detail, victims } = await cluster.faults.inject({ id: "step", kind: "clock-step", targets: n1, params: { offsetMs } });
    expect([victims, detail["mechanism"]]).toEqual([["n1"], mechanism]);
    expect(Math.abs((await aheadMs(cluster, "n1")) - offsetMs)).toBeLessThan(toleranceMs);
    expect(Math.abs(await aheadMs(cluster, "n2"))).toBeLessThan(toleranceMs);
    await cluster.faults.inject({ ...kill, targets: n1 });
    await cluster.faults.lift("kill");
    await expect.poll(() => who(cluster, "n1"), { timeout: 20_000 }).toMatchObject({ incarnation: 2 });
    await expect.poll(async () => Math.abs((await aheadMs(cluster, "n1")) - offsetMs), { timeout: 20_000 }).toBeLessThan(toleranceMs);
    const effect = await cluster.faults.lift("step");
    expect(effect.affectedCount).toBe(1);
    expect(Math.abs(Number(Object(effect.detail["clockOffsetMs"])["n1"]) - offsetMs)).toBeLessThan(toleranceMs);
    expect(Math.abs(await aheadMs(cluster, "n1"))).toBeLessThan(toleranceMs);
  }

  async function driftAndSlew(cluster: Cluster): Promise<void> {
    await cluster.faults.inject({ id: "drift", kind: "clock-drift", targets: n1, params: { ratePpm } });
    const wantedMs = ratePpm / 1_000;
    await expect.poll(() => aheadMs(cluster, "n1"), { timeout: 20_000, interval: 100 }).toBeGreaterThan(wantedMs);
    const { affectedCount, detail } = await cluster.faults.lift("drift");
    expect([affectedCount, Number(Object(detail["clockOffsetMs"])["n1"]) > wantedMs / 2]).toEqual([1, true]);
    await expect.poll(async () => Math.abs(await aheadMs(cluster, "n1")), { timeout: 20_000, interval: 100 }).toBeLessThan(wantedMs / 2);
  }

  test.skipIf(why !== "")("are stepped in the node that is meant, stay so through a restart, are right after the lift; drift, and slew home", async () => {
    await withNodes(
      async (cluster) => {
        await stepThroughRestart(cluster);
        await driftAndSlew(cluster);
      },
      { clock: mechanism },
    );
  });
});

test("heal undoes whatever real nodes suffer at once", async () => {
  await withNodes(async (cluster, { deaths }) => {
    const { faults } = cluster;
    const all: readonly Fault[] = [
      { id: "a", kind: "partition", targets: n1, params: { clients: true } },
      { id: "b", kind: "pause", targets: { nodes: ["n1"] }, params: {} },
      { id: "c", kind: "clock-step", targets: { all: true }, params: { offsetMs: -5_000 } },
      { id: "d", kind: "slow-cpu", targets: { nodes: ["n2"] }, params: { factor: 4 } },
      { id: "e", kind: "stop", targets: { nodes: ["n3"] }, params: { limitMs: 5_000 } },
      { id: "f", kind: "disk-full", targets: { all: true }, params: {} },
      { id: "g", kind: "bit-rot", targets: { nodes: ["n2"] }, params: { sectorCount: 1 } },
      { id: "h", kind: "wipe", targets: { nodes: ["n2"] }, params: {} },
    ];
    const injections = await Promise.all(all.map((fault) => faults.inject(fault)));
    expect(injections.map(({ skipped }) => skipped)).toEqual(all.map(() => undefined));
    await armed(cluster, { ...kill, id: "armed" }, { node: "any", occurrence: 1 });
    await faults.heal();
    await expect.poll(() => cluster.nodes.map((node) => faults.state(node).status), { timeout: 20_000 }).toEqual(["up", "up", "up"]);
    for (const node of cluster.nodes) {
      expect(Math.abs(await aheadMs(cluster, node))).toBeLessThan(1_000);
      expect(await ask(cluster, node, "/mark")).toBeNull();
      await ask(cluster, node, "/write", { body: node });
      expect(await ask(cluster, node, "/notes")).toEqual([node]);
    }
    expect(deaths).toEqual([]);
    await faults.heal();
  });
});
