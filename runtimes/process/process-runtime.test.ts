import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnvironmentError, UsageError } from "../../harness/errors.ts";
import { examplePlan } from "../../harness/fixtures/plan.fixture.ts";
import type { Json } from "../../harness/json.ts";
import type { Plan } from "../../harness/plan.ts";
import { callAsync } from "../../harness/promises.ts";
import type { Cluster, ClusterObserver } from "../../harness/runtime.ts";
import { realTimeHealers } from "../shared/cluster/index.ts";
import { findUndoLogs, isRunning, readUndoFile, statOf, sweepUndo, type ProcessIdentity } from "../shared/undo/index.ts";
import { notebookModule, system } from "./fixtures/notebook-system.ts";
import { createProcessRuntime } from "./index.ts";

let place: string;
/** Harnesses of their own that a test has started. */
const harnesses: ChildProcess[] = [];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "faultline-place-"));
});
afterEach(async () => {
  for (const child of harnesses.splice(0)) {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await ended;
  }
  // Also what a failed test has left.
  await sweepUndo(findUndoLogs(place), realTimeHealers);
  rmSync(place, { recursive: true });
});

function notebookPlan(replaced: Partial<Plan> = {}): Plan {
  return examplePlan({ runtime: "process", system: "notebook", module: notebookModule, nodes: 2, clients: 1, ...replaced });
}

interface Seen {
  readonly facts: Parameters<ClusterObserver["fact"]>[0][];
  readonly deaths: Parameters<ClusterObserver["died"]>[0][];
}

/** Runs a started cluster. */
async function withCluster<T>(body: (cluster: Cluster, seen: Seen) => Promise<T>, plan: Plan = notebookPlan()): Promise<T> {
  return await createProcessRuntime({ system }, { directory: place }).run(plan, async (cluster) => {
    const seen: Seen = { facts: [], deaths: [] };
    cluster.subscribe({
      fact: (fact) => void seen.facts.push(fact),
      died: (death) => void seen.deaths.push(death),
      probe: () => undefined,
      log: () => undefined,
    });
    await cluster.start();
    return await body(cluster, seen);
  });
}

async function ask(cluster: Cluster, node: string, path: string, body: Json = null): Promise<Json> {
  const { error, reply } = await callAsync(cluster.clientEnvironment(0).network, node, { method: "POST", path, body }, { timeoutMs: 5_000 });
  // Nodes of this system answer in JSON.
  return error === undefined ? ((reply.body ?? null) as Json) : { error: error.kind };
}

/** The processes that a run of this place has noted, ended or not: those of nodes, or all. */
function processesOf(directory: string, whose: RegExp = /^n\d+#/): readonly ProcessIdentity[] {
  const lines = readFileSync(join(directory, "undo.jsonl"), "utf8").split("\n").filter(Boolean);
  return lines.flatMap((line) => {
    // Written by the runtime under test.
    const entry = JSON.parse(line) as { faultId?: string; undo?: { kind: string; data: { process: ProcessIdentity } } };
    return entry.undo?.kind === "kill-process" && whose.test(entry.faultId ?? "") ? [entry.undo.data.process] : [];
  });
}

/** Folders that a run of this place has noted. */
function foldersOf(directory: string): readonly string[] {
  const text = readFileSync(join(directory, "undo.jsonl"), "utf8");
  return Array.from(text.matchAll(/"kind":"remove-run-folder","data":{"path":"([^"]+)"}/g), ([, path = ""]) => path);
}

/** Sockets and timers of this process. */
function openResources(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|UDP|Timeout|Process/.test(name))
    .toSorted();
}

function expectNothingLeft(): void {
  expect(processesOf(place, /./).filter(isRunning)).toEqual([]);
  expect(foldersOf(place).filter(existsSync)).toEqual([]);
  expect(readUndoFile(join(place, "undo.jsonl"))).toMatchObject({ open: [], problems: [] });
}

describe("a run in processes", () => {
  test("has every node in a process of its own, reached and reaching others through links, and leaves only its logs", async () => {
    const before = openResources();
    await withCluster(async (cluster, { facts }) => {
      const pids = await Promise.all(cluster.nodes.map(async (node) => Object(await ask(cluster, node, "/who"))["pid"]));
      expect(new Set([...pids, process.pid]).size).toBe(3);
      expect(await ask(cluster, "n1", "/ask", "n2")).toMatchObject({ self: "n2", from: "n1", incarnation: 1 });
      expect(await ask(cluster, "n1", "/who")).toMatchObject({ from: "client-0" });
      expect(facts.map(({ node, incarnation, kind }) => `${node} ${incarnation} ${kind}`).toSorted()).toEqual(["n1 1 notebook.open", "n2 1 notebook.open"]);
      await ask(cluster, "n1", "/mark");
      await cluster.stop();
      expect(cluster.statistics()).toMatchObject({ marks: { "notebook.mark": 1 } });
      expect(cluster.statistics().lagMs?.["recorder"]).toBeGreaterThanOrEqual(0);
    });
    expectNothingLeft();
    await expect.poll(openResources).toEqual(before);
    expect(readdirSync(place).toSorted()).toEqual(["logs", "undo.jsonl"]);
    expect(readFileSync(join(place, "logs", "n1.log"), "utf8")).toMatch(
      / #1 info up\n.* #1 info closed\n.* #1 info ended: its process ended with exit code 0\n$/,
    );
  });

  test("refuses while a node is down, keeps what it has written, and numbers its lives", async () => {
    await withCluster(async (cluster, { deaths }) => {
      await ask(cluster, "n2", "/scribble", "one");
      await cluster.faults.inject({ id: "f", kind: "kill", targets: { nodes: ["n2"] }, params: {} });
      expect(await ask(cluster, "n2", "/who")).toEqual({ error: "Refused" });
      expect(await ask(cluster, "n1", "/ask", "n2")).toEqual({ error: "Refused" });
      await cluster.faults.lift("f");
      await expect.poll(() => ask(cluster, "n2", "/notes"), { timeout: 10_000 }).toEqual(["one"]);
      expect(await ask(cluster, "n2", "/who")).toMatchObject({ incarnation: 2 });
      expect(deaths).toEqual([]);
    });
    expectNothingLeft();
  });

  test("loses in a power cut what was not synced, and nothing else", async () => {
    await withCluster(async (cluster) => {
      await ask(cluster, "n2", "/write", "kept");
      // Every other cut loses something; which, is drawn from the seed and the fault's id.
      let lostWrites: Json = 0;
      for (let cut = 0; lostWrites === 0 && cut < 10; cut++) {
        await ask(cluster, "n2", "/scribble", `lost ${cut}`);
        await cluster.faults.inject({ id: `cut ${cut}`, kind: "power-cut", targets: { nodes: ["n2"] }, params: { torn: false } });
        const { detail } = await cluster.faults.lift(`cut ${cut}`);
        lostWrites = detail["lostWrites"] ?? 0;
        await expect.poll(() => ask(cluster, "n2", "/notes"), { timeout: 10_000 }).toContain("kept");
        const isThere = JSON.stringify(await ask(cluster, "n2", "/notes")).includes(`lost ${cut}`);
        expect(isThere).toBe(lostWrites === 0);
      }
      expect(lostWrites).toBe(1);
    });
    expectNothingLeft();
  });

  test("reports deaths that nobody asked for, by their own words or by how they ended, and starts those nodes again", async () => {
    const plan = notebookPlan({ options: { realTime: { restartDelayMs: 10 } } });
    await withCluster(async (cluster, { deaths }) => {
      const tell = async (path: string, incarnation: number): Promise<void> => {
        expect(await ask(cluster, "n1", path)).toEqual({ error: "Reset" });
        await expect.poll(() => ask(cluster, "n1", "/who"), { timeout: 10_000 }).toMatchObject({ incarnation });
      };
      await tell("/throw", 2);
      await tell("/crash", 3);
      await tell("/exit", 4);
      expect(deaths).toEqual([
        { node: "n1", reason: "Error: as told", isUncaught: true },
        { node: "n1", reason: "as told", isUncaught: false },
        { node: "n1", reason: "its process ended with exit code 3", isUncaught: false },
      ]);
    }, plan);
    expectNothingLeft();
  });

  test("does not begin when a node dies starting, and says why", async () => {
    const failing = notebookPlan({ options: { system: { failsToStart: "n2" } } });
    await expect(withCluster(() => Promise.resolve(), failing)).rejects.toThrow("n2 died while it started: Error: n2 has nothing to write with");
    expectNothingLeft();
  });

  test("is taken down whatever way its body settles, and says what the body said", async () => {
    const before = openResources();
    await expect(withCluster(() => Promise.reject(new Error("enough")))).rejects.toThrow("enough");
    expectNothingLeft();
    await expect.poll(openResources).toEqual(before);
  });

  test("passes a client's mistake on, as the simulation does", async () => {
    const mistaken = withCluster(async (cluster) => {
      const { network } = cluster.clientEnvironment(0);
      const { promise, resolve } = Promise.withResolvers<void>();
      network.call("n1", { method: "GET", path: "/who" }, { timeoutMs: 5_000 }, () => {
        resolve();
        throw new Error("a mistake of a client");
      });
      await promise;
    });
    await expect(mistaken).rejects.toThrow("a mistake of a client");
    expectNothingLeft();
  });

  test("keeps nothing without a place", async () => {
    const runFolders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => /^faultline-[0-9a-f]{16}$/.test(name));
    const before = new Set(runFolders());
    const during = await createProcessRuntime({ system }).run(notebookPlan(), async (cluster) => {
      await cluster.start();
      return runFolders().filter((name) => !before.has(name));
    });
    expect(during.length).toBeGreaterThanOrEqual(2);
    expect(runFolders().filter((name) => during.includes(name) && readdirSync(join(tmpdir(), name)).includes("undo.jsonl"))).toEqual([]);
  });

  test("meets no other run in the same process", async () => {
    const other = mkdtempSync(join(tmpdir(), "faultline-place-"));
    const runIn = (directory: string, note: string): Promise<Json> =>
      createProcessRuntime({ system }, { directory }).run(notebookPlan(), async (cluster) => {
        await cluster.start();
        await ask(cluster, "n1", "/write", note);
        await cluster.faults.inject({ id: "f", kind: "kill", targets: { nodes: ["n2"] }, params: {} });
        return [await ask(cluster, "n1", "/notes"), await ask(cluster, "n1", "/ask", "n2")];
      });
    const both = await Promise.all([runIn(place, "a"), runIn(other, "b")]);
    expect(both).toEqual([
      [["a"], { error: "Refused" }],
      [["b"], { error: "Refused" }],
    ]);
    rmSync(other, { recursive: true });
    expectNothingLeft();
  });

  test("needs a folder of its own, and options that exist", async () => {
    await withCluster(() => Promise.resolve());
    await expect(withCluster(() => Promise.resolve())).rejects.toThrow(EnvironmentError);
    const runtime = createProcessRuntime({ system });
    expect(() => runtime.resolve(notebookPlan({ options: { realTime: { clok: "vdso" } } }))).toThrow(UsageError);
    const both = notebookPlan({ options: { realTime: { network: "namespaces", toxiproxy: "http://127.0.0.1:8474" } } });
    expect(() => runtime.resolve(both)).toThrow(UsageError);
    const plan = runtime.resolve(notebookPlan());
    expect(plan.options.realTime).toMatchObject({ clock: "environment", network: "proxy" });
    expect(runtime.resolve(plan)).toEqual(plan);
  });
});

describe.skipIf(process.platform !== "linux")("a harness that ends (Linux only: processes are looked at in /proc)", () => {
  interface Harness {
    readonly child: ChildProcess;
    readonly nodes: readonly ProcessIdentity[];
    readonly ended: Promise<unknown>;
    line(): Promise<string>;
  }

  /** Of three nodes the first is paused. */
  async function startHarness(how: string): Promise<Harness> {
    const file = fileURLToPath(new URL("fixtures/notebook-harness.ts", import.meta.url));
    const child = spawn(process.execPath, [file, place, how], { stdio: ["ignore", "pipe", "ignore"], detached: true });
    harnesses.push(child);
    const ended = once(child, "exit");
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const line = async (): Promise<string> => String((await lines.next()).value);
    await line();
    const nodes = processesOf(place);
    expect(nodes).toHaveLength(3);
    return { child, nodes, ended, line };
  }

  async function allGo(nodes: readonly ProcessIdentity[]): Promise<void> {
    await expect.poll(() => nodes.filter(isRunning), { timeout: 5_000, interval: 10 }).toEqual([]);
  }

  test("by SIGKILL leaves no node running but a paused one, and the sweep ends that and removes the folders", async () => {
    const { child, ended, nodes } = await startHarness("wait");
    const [paused] = nodes.filter((node) => statOf(node)?.state === "T");
    const others = nodes.filter((node) => node !== paused);
    child.kill("SIGKILL");
    await ended;
    await allGo(others);
    expect(paused === undefined ? undefined : statOf(paused)?.state).toBe("T");
    const folders = foldersOf(place);
    expect(folders.length).toBeGreaterThan(0);
    const [sweep] = await sweepUndo(findUndoLogs(place), realTimeHealers);
    expect(sweep?.healed.map(({ entry, healing }) => `${entry.undo.kind} ${healing.outcome}`)).toContain("remove-run-folder healed");
    expectNothingLeft();
  });

  test("by an exception that nobody caught leaves no node running, paused ones included", async () => {
    const { ended, nodes } = await startHarness("throw");
    await ended;
    await allGo(nodes);
    await sweepUndo(findUndoLogs(place), realTimeHealers);
    expectNothingLeft();
  });

  test("by Ctrl-C, which the terminal sends to the whole group, still finds all its nodes alive and takes them down itself", async () => {
    const { child, ended, line, nodes } = await startHarness("wait");
    process.kill(-(child.pid ?? 0), "SIGINT");
    expect(JSON.parse(await line())).toEqual({ states: ["paused", "up", "up"], answers: 3 });
    await ended;
    await allGo(nodes);
    expectNothingLeft();
  });

  test("beside another harness leaves that one's nodes alone", async () => {
    const { child, ended } = await startHarness("wait");
    const other = mkdtempSync(join(tmpdir(), "faultline-place-"));
    await createProcessRuntime({ system }, { directory: other }).run(notebookPlan(), async (cluster) => {
      await cluster.start();
      child.kill("SIGKILL");
      await ended;
      const sweeps = await sweepUndo([...findUndoLogs(place), ...findUndoLogs(other)], realTimeHealers);
      expect(sweeps.map(({ state }) => state)).toEqual(["swept", "in-use"]);
      expect(await ask(cluster, "n1", "/ask", "n2")).toMatchObject({ self: "n2" });
    });
    expectNothingLeft();
    rmSync(other, { recursive: true });
  });
});
