// What a harness leaves in the engine when it is killed, and how it goes away. Against a live engine.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { realTimeHealers } from "../shared/cluster/index.ts";
import { isRunning, sweepUndo, type ProcessIdentity } from "../shared/undo/index.ts";
import { openEngine } from "./engine.ts";
import { runOf } from "./labels.ts";
import { probeContainers } from "./probe.ts";
import { containerHealers, sweepContainers } from "./removal.ts";

const probe = await probeContainers();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe.skipIf(!probe.isUsable)(`a harness that was killed${probe.isUsable ? "" : ` (left out: ${probe.reason})`}`, () => {
  test("takes its nodes and its proxy with it, but for those that are paused; the next start sweeps the rest by label", async () => {
    const { harness, run } = await begunRun();
    const before = await leftOf(run.runId);
    expect(before).toMatchObject({ names: ["n1", "n2", "proxy"], networkCount: 1 });
    await sweepContainers(await openEngine());
    expect(await leftOf(run.runId)).toEqual(before);
    await killed(harness);
    await expect.poll(async () => (await leftOf(run.runId)).running, { timeout: 15_000 }).toEqual(["n2"]);
    expect(isRunning(run.free)).toBe(false);
    await sweepContainers(await openEngine());
    expect(await leftOf(run.runId)).toEqual({ names: [], running: [], networkCount: 0 });
    expect(isRunning(run.paused)).toBe(false);
  });

  test("has written down how to undo it all", async () => {
    const { directory, harness, run } = await begunRun();
    const log = join(directory, "undo.jsonl");
    const healers = [...realTimeHealers, ...containerHealers];
    expect(await sweepUndo([log], healers)).toMatchObject([{ state: "in-use" }]);
    await killed(harness);
    const [sweep] = await sweepUndo([log], healers);
    expect(sweep?.healed.map(({ entry, healing }) => [entry.undo.kind, healing.outcome])).toEqual([
      ["resume-container", "healed"],
      ["remove-container", "healed"],
      ["remove-container", "healed"],
      ["remove-container", "healed"],
      ["remove-network", "healed"],
      ["remove-run-folder", "healed"],
    ]);
    expect(await leftOf(run.runId)).toEqual({ names: [], running: [], networkCount: 0 });
    expect(existsSync(run.folder)).toBe(false);
    const [again] = await sweepUndo([log], healers);
    expect(again?.healed).toEqual([]);
  });

  test("cannot make a healer touch what is not ours", async () => {
    const { docker } = await openEngine();
    const stranger = `faultline-stranger-${process.pid}`;
    await docker.createNetwork({ Name: stranger, Internal: true });
    cleanups.push(() => docker.getNetwork(stranger).remove());
    const outcomes: string[] = [];
    for (const healer of containerHealers)
      for (const data of [{ name: stranger }, { name: "bridge" }, {}, { name: "../x" }]) outcomes.push((await healer.heal(data)).outcome);
    expect(new Set(outcomes)).toEqual(new Set(["needless", "refused"]));
    expect((await docker.listNetworks()).map(({ Name: name }) => name)).toContain(stranger);
  });
});

interface BegunRun {
  readonly runId: string;
  readonly free: ProcessIdentity;
  readonly paused: ProcessIdentity;
  readonly folder: string;
}

async function begunRun(): Promise<{ readonly harness: ChildProcess; readonly run: BegunRun; readonly directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), "faultline-crash-"));
  const harness = spawn(process.execPath, [fileURLToPath(new URL("./fixtures/dying-harness.ts", import.meta.url)), directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanups.push(async () => {
    await killed(harness);
    await sweepUndo([join(directory, "undo.jsonl")], [...realTimeHealers, ...containerHealers]);
    rmSync(directory, { recursive: true });
  });
  const [line] = (await Promise.race([once(createInterface({ input: harness.stdout }), "line"), once(harness, "exit")])) as [string];
  return { harness, run: JSON.parse(line) as BegunRun, directory };
}

async function killed(harness: ChildProcess): Promise<void> {
  if (harness.exitCode !== null || harness.signalCode !== null) return;
  harness.kill("SIGKILL");
  await once(harness, "exit");
}

async function leftOf(runId: string): Promise<{ readonly names: readonly string[]; readonly running: readonly string[]; readonly networkCount: number }> {
  const { docker } = await openEngine();
  const own = (await docker.listContainers({ all: true })).filter(({ Labels: labels }) => runOf(labels) === runId);
  const nameOf = ({ Names: [name = ""] }: { readonly Names: readonly string[] }): string => name.split("-").at(-1) ?? "";
  const networks = (await docker.listNetworks()).filter(({ Labels: labels }) => runOf(labels ?? {}) === runId);
  return {
    names: own.map(nameOf).toSorted(),
    running: own.filter(({ State: state }) => state !== "exited").map(nameOf),
    networkCount: networks.length,
  };
}
