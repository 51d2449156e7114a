import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnvironmentError } from "../../harness/errors.ts";
import { openFrame } from "../shared/cluster/run-frame.ts";
import type { RunFrame } from "../shared/cluster/index.ts";
import { isRunning, readUndoFile, replayUndo, resumeHealer, statOf } from "../shared/undo/index.ts";
import { examplePlan } from "../../harness/fixtures/plan.fixture.ts";
import { NodeProcess } from "./node-process.ts";

let folder: string;
let frame: RunFrame;
const born: NodeProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-node-process-"));
  frame = openFrame(examplePlan({ nodes: 1, runtime: "process" }), { directory: folder });
});
afterEach(async () => {
  for (const each of born.splice(0)) await each.kill();
  frame.close();
  rmSync(folder, { recursive: true });
});

async function start(program: string): Promise<NodeProcess> {
  return await startCommand([process.execPath, "-e", program]);
}

async function startCommand(command: readonly [string, ...string[]]): Promise<NodeProcess> {
  const running = await NodeProcess.start({ node: "n1", incarnation: 1, command, codeDirectory: join(folder, "code"), reachableAt: "127.0.0.1", frame });
  born.push(running);
  return running;
}

function openKinds(): readonly string[] {
  return readUndoFile(frame.undo.path).open.map(({ undo }) => undo.kind);
}

/** Clock ticks of processor time that it has used: fields 14 and 15 of its stat. */
function ticksOf({ process: { pid } }: NodeProcess): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

const idle = "setInterval(() => undefined, 1000)";

describe.skipIf(process.platform !== "linux")("a node process (Linux only: read back from /proc)", () => {
  test("ends by kill, and its undo entry is there exactly as long as it is", async () => {
    const running = await start(idle);
    expect(isRunning(running.process)).toBe(true);
    expect(openKinds()).toEqual(["kill-process"]);
    await running.kill();
    expect(isRunning(running.process)).toBe(false);
    expect(await running.ended).toEqual({ exitCode: null, signal: "SIGKILL", lastWords: "" });
    expect(openKinds()).toEqual([]);
    await running.kill();
  });

  test("says how it ended, with its last words, which are in its log as well", async () => {
    const running = await start(`process.stderr.write("x".repeat(5000) + "\\nthe disk is gone\\n"); process.exitCode = 7`);
    const { exitCode, lastWords, signal } = await running.ended;
    expect({ exitCode, signal }).toEqual({ exitCode: 7, signal: null });
    expect(lastWords.endsWith("xxx\nthe disk is gone\n")).toBe(true);
    expect(lastWords).toHaveLength(4_096);
    expect(readFileSync(join(folder, "logs", "n1.log"), "utf8")).toMatch(/#1 error stderr: the disk is gone\n$/);
  });

  test("is stopped and goes on, read back, and noted before", async () => {
    const running = await start(idle);
    await running.pause();
    expect(statOf(running.process)?.state).toBe("T");
    expect(openKinds()).toEqual(["kill-process", "resume-process"]);
    await running.resume();
    expect(statOf(running.process)?.state).not.toBe("T");
    expect(openKinds()).toEqual(["kill-process"]);
  });

  test("dies of a kill while it is stopped", async () => {
    const running = await start(idle);
    await running.pause();
    await running.kill();
    expect(isRunning(running.process)).toBe(false);
    expect(openKinds()).toEqual([]);
    await running.pause();
    await running.resume();
    expect(openKinds()).toEqual([]);
  });

  test("that is stopped when the harness dies can be resumed by a sweep", async () => {
    const running = await start(idle);
    await running.pause();
    await replayUndo(frame.undo, [resumeHealer]);
    expect(statOf(running.process)?.state).not.toBe("T");
  });

  test("stands still nine tenths of the time while it is slow by ten, all of it in a pause, and none of it afterwards", async () => {
    const running = await start("for (;;);");
    /** Share of looks at it that found it stopped: what a busy machine does to it does not count. */
    const stoppedShare = async (lengthMs: number): Promise<number> => {
      let [lookCount, stoppedCount] = [0, 0];
      for (const endMs = performance.now() + lengthMs; performance.now() < endMs; lookCount++) {
        if (statOf(running.process)?.state === "T") stoppedCount++;
        await new Promise((resolve) => void setTimeout(resolve, 1));
      }
      return stoppedCount / lookCount;
    };
    expect(await stoppedShare(50)).toBe(0);
    const quicken = await running.slow(10);
    const slow = await stoppedShare(400);
    await running.pause();
    const [paused, ticks] = [await stoppedShare(100), ticksOf(running)];
    expect(ticksOf(running)).toBe(ticks);
    await running.resume();
    const slowAgain = await stoppedShare(400);
    await expect.poll(() => ticksOf(running), { timeout: 20_000, interval: 20 }).toBeGreaterThan(ticks);
    await quicken();
    expect(await stoppedShare(50)).toBe(0);
    expect(paused).toBe(1);
    for (const share of [slow, slowAgain]) expect(share).toBeGreaterThan(0.7);
    expect(openKinds()).toEqual(["kill-process"]);
  });

  test("sees nothing of the harness's settings, and no terminal signal reaches it", async () => {
    process.env["FAULTLINE_TEST_SECRET"] = "x";
    try {
      const running = await start("process.stderr.write(JSON.stringify(Object.keys(process.env)) + process.ppid)");
      const { lastWords } = await running.ended;
      expect(lastWords).not.toContain("FAULTLINE");
      expect(lastWords).not.toContain("NODE_OPTIONS");
      expect(lastWords).not.toContain("VITEST");
    } finally {
      delete process.env["FAULTLINE_TEST_SECRET"];
    }
    const running = await start(idle);
    const fields = readFileSync(`/proc/${running.process.pid}/stat`, "latin1").split(" ");
    expect(Number(fields[4])).toBe(running.process.pid);
  });

  test("that cannot be made is this machine's trouble", async () => {
    await expect(startCommand(["/nowhere/at/all"])).rejects.toThrow(EnvironmentError);
    expect(openKinds()).toEqual([]);
  });
});
