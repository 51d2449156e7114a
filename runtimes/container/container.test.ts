// Machines in containers, against a live engine.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { cpus } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { VdsoClock } from "../shared/clock/index.ts";
import type { Machine } from "../shared/cluster/index.ts";
import { statOf } from "../shared/undo/index.ts";
import { openEngine, type Engine } from "./engine.ts";
import { asked, RunWorld } from "./fixtures/run-world.ts";
import { runOf } from "./labels.ts";
import { probeContainers } from "./probe.ts";
import { sweepContainers } from "./removal.ts";

const probe = await probeContainers();
const worlds: RunWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function world(realTime = {}): Promise<RunWorld> {
  const opened = await RunWorld.open(realTime);
  worlds.push(opened);
  return opened;
}

describe.skipIf(!probe.isUsable)(`a machine in a container${probe.isUsable ? "" : ` (left out: ${probe.reason})`}`, () => {
  test("runs the node as this user without any right, and is reached by its own address", async () => {
    const { machine, run } = await one();
    const { running, report } = await run.start(machine, 1);
    expect(report.uid).toBe(process.getuid?.());
    expect(await asked(running, report, "/")).toBe("n1#1");
    const status = await asked(running, report, "/status");
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(await asked(running, report, "/write-outside")).toContain("EROFS");
    expect(Number(await asked(running, report, "/compiled"))).toBeGreaterThan(5);
    expect(readFileSync(`/proc/${running.process.pid}/cmdline`, "latin1")).toContain("tiny-node.ts");
  });

  test("keeps the node's folder through a kill, which is told from every other end", async () => {
    const { machine, run } = await one();
    const first = await run.start(machine, 1);
    first.report.socket.write("write\n");
    await expect.poll(() => existsSync(`${machine.diskDirectory}/kept`)).toBe(true);
    await first.running.kill();
    await first.running.kill();
    expect(await first.running.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    expect(statOf(first.running.process)).toBeUndefined();
    const second = await run.start(machine, 2);
    expect(await asked(second.running, second.report, "/read")).toBe("of incarnation 1");
    second.report.socket.write("fall\n");
    expect(await second.running.ended).toEqual({ exitCode: 3, signal: null, lastWords: "these are my last words\n" });
    expect(readFileSync(`${run.frame.directory}/logs/n1.log`, "utf8")).toContain("#2 error stderr: these are my last words");
    const third = await run.start(machine, 3);
    third.report.socket.write("kill-yourself\n");
    expect(await third.running.ended).toEqual({ exitCode: null, signal: "SIGKILL", lastWords: "" });
  });

  test("ends with its connection to the harness", async () => {
    const { machine, run } = await one();
    const { running, report } = await run.start(machine, 1);
    report.socket.destroy();
    expect(await running.ended).toMatchObject({ exitCode: 0, signal: null });
  });

  test("is paused and goes on; the way back is on the disk before; a kill ends it also while it is paused", async () => {
    const { machine, run } = await one();
    const { running, report } = await run.start(machine, 1);
    const kindsOpen = (): string[] => run.frame.undo.open.map(({ undo }) => undo.kind);
    await running.pause();
    expect(kindsOpen()).toContain("resume-container");
    await expect(fetch(`http://${running.reachableAt}:${report.port}/`, { signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
    await running.resume();
    expect(kindsOpen()).not.toContain("resume-container");
    expect(await asked(running, report, "/")).toBe("n1#1");
    await running.pause();
    await running.kill();
    expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
    expect(kindsOpen()).not.toContain("resume-container");
    expect((await run.start(machine, 2)).report.incarnation).toBe(2);
  });

  test("that stopped itself at a mark is resumed", async () => {
    const { machine, run } = await one();
    const { running, report } = await run.start(machine, 1);
    report.socket.write("stop-yourself\n");
    await expect.poll(() => statOf(running.process)?.state).toBe("T");
    await running.resume();
    expect(await asked(running, report, "/")).toBe("n1#1");
  });

  test("is slowed to a share of a processor, quickened again, and not slow in its next life", async () => {
    const { machine, run } = await one();
    const first = await run.start(machine, 1);
    const quicken = await first.running.slow(10);
    expect(Number(await asked(first.running, first.report, "/spin"))).toBeLessThan(300);
    // On a busy machine nobody gets much: that the limit has gone is asked of the engine.
    expect(await processorsOf(run)).toBe(0.1);
    await quicken();
    expect(await processorsOf(run)).toBe(cpus().length);
    const again = await first.running.slow(10);
    await first.running.kill();
    const second = await run.start(machine, 2);
    expect(await processorsOf(run)).toBe(cpus().length);
    await second.running.slow(4);
    await again();
    expect(await processorsOf(run)).toBe(0.25);
  });

  test("says that the kernel killed it for its memory", async () => {
    const { machine, run } = await one({ memoryMb: 128 });
    const { running, report } = await run.start(machine, 1);
    report.socket.write("eat\n");
    const { signal, lastWords } = await running.ended;
    expect({ signal, lastWords }).toMatchObject({ signal: "SIGKILL", lastWords: expect.stringContaining("out of the memory") });
  });

  test.skipIf(process.arch !== "x64" || process.getuid?.() !== 0)("lets its clock be moved from outside (64-bit x86, root)", async () => {
    const { machine, run } = await one();
    const { running, report } = await run.start(machine, 1);
    const clock = VdsoClock.attach(running.process);
    clock.setOffset(3_600_000_000_000n);
    expect(Number(await asked(running, report, "/time")) - Date.now()).toBeGreaterThan(3_590_000);
    clock.undo();
    expect(Math.abs(Number(await asked(running, report, "/time")) - Date.now())).toBeLessThan(10_000);
  });

  test("leaves nothing, and a sweep lets the living be", async () => {
    const engine = await openEngine();
    const { machine, run } = await one();
    await run.start(machine, 1);
    await run.machinery.proxy();
    await sweepContainers(engine);
    expect(await leftOf(engine, run)).toEqual({ containers: 2, networks: 1 });
    const folder = machine.diskDirectory;
    expect(existsSync(folder)).toBe(true);
    await run.machinery.close();
    await run.machinery.close();
    expect(await leftOf(engine, run)).toEqual({ containers: 0, networks: 0 });
    expect(run.frame.undo.open).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  test("knows nothing of another run's", async () => {
    const [one_, two] = await Promise.all([one(), one()]);
    const [first, second] = await Promise.all([one_.run.start(one_.machine, 1), two.run.start(two.machine, 1)]);
    expect(one_.run.machinery.controlHost).not.toBe(two.run.machinery.controlHost);
    worlds.splice(worlds.indexOf(one_.run), 1);
    await one_.run.close();
    expect(await first.running.ended).toBeDefined();
    expect(await asked(second.running, second.report, "/")).toBe("n1#1");
  });

  test.skipIf(process.getuid?.() !== 0)("loses what was not fsynced when the power of its own file system is cut (root)", async () => {
    const { machine, run } = await one({ powerCut: "filesystem" });
    const first = await run.start(machine, 1);
    first.report.socket.write("write\n");
    await expect.poll(() => existsSync(`${machine.diskDirectory}/kept`)).toBe(true);
    await first.running.kill();
    const { detail } = (await machine.cutPower?.()) ?? { detail: {} };
    expect(detail).toMatchObject({ lostFiles: 1 });
    expect(readdirSync(machine.diskDirectory)).not.toContain("kept");
    expect((await run.start(machine, 2)).report.incarnation).toBe(2);
  });
});

async function one(realTime = {}): Promise<{ readonly run: RunWorld; readonly machine: Machine }> {
  const run = await world(realTime);
  return { run, machine: await run.machinery.machine("n1") };
}

/** What the engine lets the machine of `one` use. */
async function processorsOf({ frame }: RunWorld): Promise<number> {
  const { HostConfig: host } = await (await openEngine()).docker.getContainer(`faultline-${frame.runId}-n1`).inspect();
  return (host.NanoCpus ?? 0) / 1e9;
}

async function leftOf({ docker }: Engine, { frame }: RunWorld): Promise<{ readonly containers: number; readonly networks: number }> {
  const containers = (await docker.listContainers({ all: true })).filter(({ Labels: labels }) => runOf(labels) === frame.runId);
  const networks = (await docker.listNetworks()).filter(({ Labels: labels }) => runOf(labels ?? {}) === frame.runId);
  return { containers: containers.length, networks: networks.length };
}
