import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EnvironmentError, UsageError } from "../../../harness/errors.ts";
import { examplePlan } from "../../../harness/fixtures/plan.fixture.ts";
import { registerSystem } from "../../../harness/fixtures/register-system.ts";
import type { JsonObject } from "../../../harness/json.ts";
import type { Plan } from "../../../harness/plan.ts";
import type { ClusterObserver, Runtime } from "../../../harness/runtime.ts";
import { readUndoFile, removeRunFolder, runFolderName } from "../undo/index.ts";
import { FakeLinks } from "./fixtures/fake-links.ts";
import { FakeMachine, wellBehaved } from "./fixtures/fake-machine.ts";
import type { Machine, Machinery } from "./machine.ts";
import type { RunFrame } from "./run-frame.ts";
import { createRealTimeRuntime, type RealTimeParts } from "./runtime.ts";

class FakeMachinery implements Machinery {
  readonly controlHost = "127.0.0.1";
  readonly machines: FakeMachine[] = [];
  isClosed = false;

  machine(node: string): Promise<Machine> {
    const machine = new FakeMachine(node);
    this.machines.push(machine);
    return Promise.resolve(machine);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

let place: string;
let machinery: FakeMachinery;
let links: FakeLinks;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "faultline-place-"));
  machinery = new FakeMachinery();
  links = new FakeLinks();
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

function runtime(replaced: Partial<RealTimeParts> = {}): Runtime {
  return createRealTimeRuntime({
    name: "process",
    subject: { system: registerSystem() },
    place: { directory: place },
    makeMachinery: () => Promise.resolve(machinery),
    makeLinks: () => Promise.resolve(links),
    ...replaced,
  });
}

function plan(realTime: JsonObject = {}): Plan {
  return examplePlan({ runtime: "process", nodes: 2, clients: 2, options: { realTime } });
}

function hostOf(node: string): FakeMachine["host"] {
  const machine = machinery.machines.find((each) => each.node === node);
  if (machine === undefined) throw new Error(`no machine for ${node}`);
  return machine.host;
}

const silent: ClusterObserver = { fact: () => undefined, probe: () => undefined, died: () => undefined, log: () => undefined };

test("every link is open before anything is started, clients' too, and no client has one for datagrams", async () => {
  await runtime().run(plan(), async (cluster) => {
    const opened = links.calls.toSorted();
    await cluster.start();
    expect(opened).toEqual([
      ...["client-0>n1 tcp", "client-0>n2 tcp", "client-1>n1 tcp", "client-1>n2 tcp"].map((link) => `open ${link}`),
      ...["n1>n2 tcp", "n1>n2 udp", "n2>n1 tcp", "n2>n1 udp"].map((link) => `open ${link}`),
    ]);
    expect(links.calls.slice(opened.length).toSorted()).toEqual(["attach n1 1001", "attach n2 1001"]);
  });
});

test("what the nodes say reaches the observer and the statistics", async () => {
  const heard: unknown[] = [];
  const statistics = await runtime().run(plan(), async (cluster) => {
    cluster.subscribe({
      ...silent,
      fact: (fact) => void heard.push(fact),
      probe: (probe) => void heard.push(probe),
      log: ({ node, message }) => void heard.push({ node, message }),
    });
    await cluster.start();
    hostOf("n1").say(
      { type: "fact", kind: "k", data: { a: 1 } },
      { type: "probe", id: "p", kind: "always", detail: {} },
      { type: "log", level: "warn", message: "m" },
      { type: "counts", probes: { p: { heldCount: 1, failedCount: 1 } }, marks: { m: 2 }, messageCount: 3 },
      { type: "counts", probes: { p: { heldCount: 1, failedCount: 0 } }, marks: { m: 1 }, messageCount: 4 },
    );
    await expect.poll(() => cluster.statistics().messageCount).toBe(7);
    return cluster.statistics();
  });
  expect(heard).toEqual([
    { node: "n1", incarnation: 1, kind: "k", data: { a: 1 } },
    { node: "n1", id: "p", kind: "always", detail: {} },
    { node: "n1", message: "m" },
  ]);
  expect(statistics).toMatchObject({ probes: { p: { heldCount: 2, failedCount: 1 } }, marks: { m: 3 } });
  expect(statistics.traceHash).toBeUndefined();
});

test("a run whose links failed cannot end well: stopping says what went wrong", async () => {
  await runtime().run(plan({ restartDelayMs: 1 }), async (cluster) => {
    await cluster.start();
    links.trouble = new Error("no more ports");
    hostOf("n2").exit(1);
    await expect.poll(() => links.trouble).toBeUndefined();
    await expect.poll(() => cluster.faults.state("n2")).toMatchObject({ status: "up", incarnation: 3 });
    await expect(cluster.stop()).rejects.toThrow("the runtime could not do its part: no more ports");
  });
});

test("a run that cannot be built is taken down as far as it came", async () => {
  const failing = runtime({ makeLinks: () => Promise.reject(new EnvironmentError("no links", "make some")) });
  await expect(failing.run(plan(), () => Promise.resolve())).rejects.toThrow("no links");
  expect(machinery.isClosed).toBe(true);
  expect(readUndoFile(join(place, "undo.jsonl"))).toMatchObject({ open: [], problems: [] });
});

test("what a part has noted and not undone is undone at the end, and a run that cannot undo everything says so", async () => {
  const notes = (path: string): Partial<RealTimeParts> => ({
    makeMachinery: ({ undo }: RunFrame) => {
      undo.journal("f", "m").before(removeRunFolder(path));
      return Promise.resolve(machinery);
    },
  });
  await runtime(notes(join(place, runFolderName()))).run(plan(), () => Promise.resolve());
  rmSync(join(place, "undo.jsonl"));
  await expect(runtime(notes("/precious")).run(plan(), () => Promise.resolve())).rejects.toThrow(
    "left something behind: remove-run-folder: no folder of a run",
  );
  rmSync(join(place, "undo.jsonl"));
  const both = runtime(notes("/precious")).run(plan(), () => Promise.reject(new Error("the body's own")));
  await expect(both).rejects.toThrow("the body's own");
});

test("without a place nothing stays, not even the logs", async () => {
  const seen: string[] = [];
  const parts = {
    place: undefined,
    makeMachinery: ({ directory }: RunFrame) => {
      seen.push(directory, ...readdirSync(directory));
      return Promise.resolve(machinery);
    },
  };
  await runtime(parts).run(plan(), (cluster) => cluster.start());
  const [directory = "", ...entries] = seen;
  expect(entries.toSorted()).toEqual(["logs", "undo.jsonl"]);
  expect(existsSync(directory)).toBe(false);
});

test("a node that hangs at the end is killed after the limit", async () => {
  await runtime().run(plan({ stopLimitMs: 30 }), async (cluster) => {
    await cluster.start();
    for (const machine of machinery.machines) machine.behaviour = (host, message) => (message.type === "stop" ? undefined : wellBehaved(host, message));
    await cluster.stop();
    expect(machinery.machines.map(({ host }) => host.signals)).toEqual([["SIGKILL"], ["SIGKILL"]]);
  });
});

test("containers have no namespaces of ours", () => {
  expect(() => runtime({ name: "container" }).resolve(plan({ network: "namespaces" }))).toThrow(UsageError);
});
