import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { ClusterObserver } from "../../../harness/runtime.ts";
import { ClusterMember } from "./cluster-member.ts";
import { ControlServer } from "./control-server.ts";
import { FakeLinks } from "./fixtures/fake-links.ts";
import { FakeMachine, wellBehaved } from "./fixtures/fake-machine.ts";
import type { Beginning } from "./beginning.ts";
import { NodeLogs } from "./node-logs.ts";
import { Observation } from "./observation.ts";

const beginning: Beginning = {
  type: "begin",
  module: "file:///system.ts",
  variant: "default",
  nodes: ["n1"],
  parameters: {},
  seed: "1",
  listenHost: "127.0.0.1",
  peers: {},
  diskDirectory: "/nowhere",
  keepsDiskImage: true,
};

let folder: string;
let control: ControlServer;
let machine: FakeMachine;
let links: FakeLinks;
let member: ClusterMember;
let deaths: Parameters<ClusterObserver["died"]>[0][];
let facts: Parameters<ClusterObserver["fact"]>[0][];
let troubles: Error[];
let observation: Observation;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "faultline-member-"));
  [deaths, facts, troubles] = [[], [], []];
  control = await ControlServer.listen("127.0.0.1");
  machine = new FakeMachine("n1");
  links = new FakeLinks();
  const nowNs = (): number => performance.now() * 1e6;
  observation = new Observation({ nowNs, logs: new NodeLogs({ directory: folder, nodes: ["n1"] }) });
  observation.subscribe({ died: (death) => void deaths.push(death), fact: (fact) => void facts.push(fact), probe: () => undefined, log: () => undefined });
  newMember();
});
afterEach(async () => {
  await member.finish(0);
  await control.close();
  rmSync(folder, { recursive: true });
});

function newMember(replaced: { readonly restartDelayMs?: number; readonly startLimitMs?: number } = {}): void {
  const { restartDelayMs = 1, startLimitMs = 5_000 } = replaced;
  const troubled = (error: Error): void => void troubles.push(error);
  const nowNs = (): number => performance.now() * 1e6;
  member = new ClusterMember({
    machine,
    control,
    links,
    observation,
    nowNs,
    restartDelayMs,
    startLimitMs,
    beginning: () => beginning,
    troubled,
  });
}

function incarnationIsUp(incarnation: number): Promise<void> {
  return expect.poll(() => member.state(), { interval: 2, timeout: 5_000 }).toMatchObject({ status: "up", incarnation });
}

describe("a member that is started", () => {
  test("is up when its node has started and its links are open, in that order", async () => {
    const order: string[] = [];
    member.onStarted = () => Promise.resolve(void order.push("started"));
    machine.behaviour = (host, message) => {
      if (message.type !== "begin") return wellBehaved(host, message);
      order.push("begin");
      host.say({ type: "bound", tcpPort: 1, udpPort: 2 });
      expect(member.state()).toEqual({ status: "starting", incarnation: 1, inspected: {} });
      host.say({ type: "serving" }, { type: "up" });
    };
    await member.begin();
    order.push("up");
    expect(order).toEqual(["started", "begin", "up"]);
    expect(links.calls).toEqual(["attach n1 1"]);
    expect(member.state().status).toBe("up");
  });

  test("begins with what faults have set before", async () => {
    await member.setClock({ offsetMs: 5, ratePpm: 0, anchorMs: 1 });
    await member.setTraps([{ id: "t", mark: "m", leftCount: 1, signal: "SIGSTOP" }], ["m"]);
    await member.begin();
    expect(machine.host.heard[0]).toMatchObject({ type: "begin", clock: { offsetMs: 5 }, traps: [{ id: "t" }], watchedMarks: ["m"] });
  });

  test("rejects with the reason and the last log lines when the node dies starting", async () => {
    machine.behaviour = (host) => {
      host.say({ type: "log", level: "error", message: "no disk" }, { type: "died", reason: "Error: broken", isUncaught: true });
      host.exit(70);
    };
    await expect(member.begin()).rejects.toThrow("n1 died while it started: Error: broken; its last words: no disk");
    expect(deaths[0]).toEqual({ node: "n1", reason: "Error: broken", isUncaught: true });
  });

  test("rejects when it is not up within its limit", async () => {
    newMember({ startLimitMs: 50 });
    machine.behaviour = (host) => host.say({ type: "bound", tcpPort: 1, udpPort: 2 });
    await expect(member.begin()).rejects.toThrow("n1 was not up within 50 ms");
  });

  test("rejects with the machine's own words when there can be no process, and accuses nobody", async () => {
    machine.trouble = new EnvironmentError("no room", "make some");
    await expect(member.begin()).rejects.toBe(machine.trouble);
    expect(deaths).toEqual([]);
  });

  test("whose process never reports is killed and says so", async () => {
    newMember({ startLimitMs: 50 });
    machine.begun = () => undefined;
    await expect(member.begin()).rejects.toThrow("not");
    await expect.poll(() => machine.hosts[0]?.signals).toContain("SIGKILL");
    await expect.poll(() => troubles[0]?.message).toContain("did not report to the harness within 50 ms");
    expect(deaths).toEqual([]);
  });

  test("whose links cannot be opened is killed, and the run cannot pass", async () => {
    links.trouble = new Error("no ports");
    await expect(member.begin()).rejects.toThrow("no ports");
    expect(troubles.map(({ message }) => message)).toEqual(["no ports"]);
    expect(deaths).toEqual([]);
  });
});

describe("a death", () => {
  test("nobody asked for is reported with the node's own words, and the node starts again", async () => {
    await member.begin();
    machine.host.say({ type: "died", reason: "invariant broken", isUncaught: false });
    machine.host.exit(71);
    await incarnationIsUp(2);
    expect(deaths).toEqual([{ node: "n1", reason: "invariant broken", isUncaught: false }]);
    expect(links.calls).toEqual(["attach n1 1001", "detach n1", "attach n1 1002"]);
  });

  test("without words is told by signal or exit code and standard error, and is nobody's uncaught exception", async () => {
    await member.begin();
    machine.host.exit(null, "SIGKILL", "out of memory\n");
    await incarnationIsUp(2);
    expect(deaths).toEqual([{ node: "n1", reason: "its process was ended by SIGKILL: out of memory", isUncaught: false, isFromOutside: true }]);
  });

  test("is judged after all that was written has been read", async () => {
    await member.begin();
    for (let n = 0; n < 5_000; n++) machine.host.say({ type: "fact", kind: "k", data: { n } });
    machine.host.say({ type: "died", reason: "last", isUncaught: true });
    machine.host.exit(70);
    await incarnationIsUp(2);
    expect(facts).toHaveLength(5_000);
    expect(facts.every(({ incarnation }) => incarnation === 1)).toBe(true);
    expect(deaths).toEqual([{ node: "n1", reason: "last", isUncaught: true }]);
  });

  test("by a trap is no news, and the member that is held at the trap stays down", async () => {
    await member.begin();
    const seen: string[] = [];
    member.onMessage = (message) => {
      seen.push(message.type);
      if (message.type === "trapped") member.hold("fault");
    };
    await member.setTraps([{ id: "trap", mark: "m", leftCount: 1, signal: "SIGKILL" }], []);
    machine.host.say({ type: "trapped", id: "trap" });
    machine.host.exit(null, "SIGKILL");
    await expect.poll(() => member.state().status).toBe("down");
    expect(seen).toEqual(["trapped"]);
    expect(deaths).toEqual([]);
    await member.release("fault");
    await incarnationIsUp(2);
  });

  test("in a loop takes longer each time; who lets go earlier starts it earlier", async () => {
    newMember({ restartDelayMs: 1_000_000 });
    await member.begin();
    machine.host.exit(1);
    await expect.poll(() => member.state().status).toBe("down");
    expect(machine.hosts).toHaveLength(1);
    member.hold("a");
    await member.release("a");
    await incarnationIsUp(2);
  });

  test("of a connection that breaks the rules ends the process, and is the run's trouble", async () => {
    await member.begin();
    machine.host.raw('{"type":"nonsense"}\n');
    await incarnationIsUp(2);
    expect(troubles[0]?.message).toContain("it sent what no node host says");
    expect(deaths).toEqual([]);
  });
});

describe("what faults do to a member", () => {
  test("kill ends it, and it stays down while anybody holds it", async () => {
    await member.begin();
    member.hold("a");
    member.hold("b");
    expect(await member.kill()).toBe(true);
    expect(links.isOpen("n1")).toBe(false);
    expect(await member.kill()).toBe(false);
    await member.release("a");
    expect(member.state()).toEqual({ status: "down", incarnation: 1, inspected: {} });
    await member.release("b");
    await incarnationIsUp(2);
    expect(deaths).toEqual([]);
    expect(links.isOpen("n1")).toBe(true);
  });

  test("a kill while it starts ends that start, and closes its links", async () => {
    machine.behaviour = (host) => host.say({ type: "bound", tcpPort: 1, udpPort: 2 }, { type: "serving" });
    const begun = member.begin();
    begun.catch(() => undefined);
    await expect.poll(() => links.isOpen("n1")).toBe(true);
    member.hold("a");
    await member.kill();
    expect(links.isOpen("n1")).toBe(false);
    machine.behaviour = wellBehaved;
    await member.release("a");
    await begun;
    expect(member.state().incarnation).toBe(2);
  });

  test("a stop is graceful, or a kill after its limit", async () => {
    await member.begin();
    member.hold("a");
    expect(await member.stop(5_000)).toBe(true);
    expect(machine.host.signals).toEqual([]);
    await member.release("a");
    await incarnationIsUp(2);
    machine.behaviour = () => undefined;
    member.hold("a");
    await member.stop(20);
    expect(machine.host.signals).toEqual(["SIGKILL"]);
    expect(deaths).toEqual([]);
  });

  test("a node that throws while it stops has died by itself", async () => {
    await member.begin();
    machine.behaviour = (host) => {
      host.say({ type: "died", reason: "Error: stop", isUncaught: true });
      host.exit(70);
    };
    member.hold("a");
    await member.stop(5_000);
    expect(deaths).toEqual([{ node: "n1", reason: "Error: stop", isUncaught: true }]);
  });

  test("it is paused while anybody wants it so", async () => {
    await member.begin();
    expect(await member.pause("a")).toBe(true);
    expect(await member.pause("b")).toBe(true);
    expect(member.state().status).toBe("paused");
    await member.resume("a");
    expect(member.state().status).toBe("paused");
    await member.resume("b");
    expect(machine.host.signals).toEqual(["SIGSTOP", "SIGCONT"]);
    expect(member.state().status).toBe("up");
    await member.resume("unknown");
    expect(machine.host.signals).toEqual(["SIGSTOP", "SIGCONT"]);
  });

  test("a pause ends with the process", async () => {
    await member.begin();
    await member.pause("a");
    await member.kill();
    await incarnationIsUp(2);
    expect(machine.host.signals).toEqual([]);
    await member.resume("a");
    expect(machine.host.signals).toEqual([]);
  });

  test("a pause of nothing is none, one that fails is said and forgotten", async () => {
    expect(await member.pause("a")).toBe(false);
    await member.begin();
    machine.host.trouble = new Error("not allowed");
    await expect(member.pause("a")).rejects.toThrow("not allowed");
    expect(member.state().status).toBe("up");
  });

  test("what it is told is confirmed, and told again to the next incarnation", async () => {
    await member.begin();
    const disk = { id: "f", kind: "disk-full", params: {} } as const;
    expect(await member.setDisk([disk])).toEqual({ of: "disk" });
    await member.kill();
    await incarnationIsUp(2);
    expect(machine.host.heard[0]).toMatchObject({ type: "begin", disk: [disk] });
    expect(await member.inspect(1_000)).toEqual({ role: "leader" });
    expect(member.state().inspected).toEqual({ role: "leader" });
  });

  test("a node that does not answer is asked no longer than the limit", async () => {
    await member.begin();
    machine.behaviour = () => undefined;
    expect(await member.inspect(10)).toEqual({});
  });
});

describe("a member at the end", () => {
  test("is stopped for good", async () => {
    await member.begin();
    await member.finish(1_000);
    expect(member.state().status).toBe("down");
    member.hold("a");
    await member.release("a");
    expect(machine.hosts).toHaveLength(1);
    expect(deaths).toEqual([]);
  });

  test("has a log of its lives", async () => {
    await member.begin();
    await member.finish(1_000);
    const lines = readFileSync(join(folder, "logs", "n1.log"), "utf8")
      .trim()
      .split("\n");
    expect(lines.map((line) => line.split(" ").slice(1).join(" "))).toEqual([
      expect.stringMatching(/^#1 info started as process \d+$/),
      "#1 info up",
      "#1 info ended: its process ended with exit code 0",
    ]);
  });

  test("knows how long it lagged, but for pauses, slow times and starts", async () => {
    await member.begin();
    const lag = (maxMs: number): void => machine.host.say({ type: "lag", windowMs: 1, maxMs }, { type: "state", inspected: { maxMs } });
    const seen = async (maxMs: number): Promise<void> => {
      lag(maxMs);
      await expect.poll(() => member.state().inspected).toEqual({ maxMs });
    };
    await seen(900);
    expect(member.lag.maxMs).toBeUndefined();
    await expect.poll(async () => (await seen(7), member.lag.maxMs), { interval: 20 }).toBe(7);
    await member.pause("a");
    await seen(800);
    await member.resume("a");
    await seen(700);
    await expect.poll(async () => (await seen(8), member.lag.maxMs), { interval: 20 }).toBe(8);
    const quicken = await member.running?.slow(2);
    await seen(600);
    await quicken?.();
    expect(member.lag.maxMs).toBe(8);
  });
});
