// What a killed harness left is healed by the next one, once, and a living harness is left alone.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identifyProcess, isRunning, readUndoFile, resumeProcess, type ProcessIdentity } from "../runtimes/shared/undo/index.ts";
import { Sweeper, sweepLine } from "./sweeping.ts";

let directory: string;
let children: ChildProcess[] = [];
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "faultline-sweeping-"))));
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  children = [];
  rmSync(directory, { recursive: true });
});

function started(): ProcessIdentity {
  const child = spawn("sleep", ["100"], { stdio: "ignore" });
  children.push(child);
  const identity = identifyProcess(child.pid ?? 0);
  if (identity === undefined) throw new Error("the child has gone");
  return identity;
}

async function dead(): Promise<ProcessIdentity> {
  const identity = started();
  const child = children.at(-1);
  child?.kill("SIGKILL");
  await once(child ?? process, "exit");
  return identity;
}

/** A stopped child, and the log of whoever stopped it. */
function stoppedBy(owner: ProcessIdentity): { readonly victim: ProcessIdentity; readonly path: string } {
  const victim = started();
  process.kill(victim.pid, "SIGSTOP");
  const run = join(directory, "runs", "20260728-120000-005-kv");
  mkdirSync(run, { recursive: true });
  const path = join(run, "undo.jsonl");
  const header = { schema: "faultline.undo/1", runId: "0123456789abcdef", owner };
  const entry = { id: 1, faultId: "pause/1", mechanism: "signal", undo: resumeProcess(victim), done: false };
  writeFileSync(path, `${JSON.stringify(header)}\n${JSON.stringify(entry)}\n`);
  return { victim, path };
}

const stateLetter = ({ pid }: ProcessIdentity): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
const swept = async (): Promise<readonly string[]> => {
  const lines: string[] = [];
  const sweeper = new Sweeper(directory, (line) => lines.push(line));
  await sweeper.sweep();
  await sweeper.sweep();
  return lines;
};

describe.skipIf(process.platform !== "linux")("a sweep (identifies processes by /proc)", () => {
  test("lets go on what a dead harness has stopped, and says so once", async () => {
    const { victim, path } = stoppedBy(await dead());
    await expect.poll(() => stateLetter(victim)).toBe("T");
    expect(await swept()).toEqual(["note: cleaned up after 1 run that was cut off: resume-process 1"]);
    expect(stateLetter(victim)).not.toBe("T");
    expect(readUndoFile(path).open).toEqual([]);
    expect(await swept()).toEqual([]);
  });

  test("touches nothing of a harness that lives", async () => {
    const { victim, path } = stoppedBy(started());
    await expect.poll(() => stateLetter(victim)).toBe("T");
    expect(await swept()).toEqual([]);
    expect([stateLetter(victim), isRunning(victim), readUndoFile(path).open.length]).toEqual(["T", true, 1]);
  });

  test("says what it could not undo", async () => {
    const { path } = stoppedBy(await dead());
    writeFileSync(path, readFileSync(path, "utf8").replace("resume-process", "resume-everything"));
    expect(await swept()).toEqual([expect.stringMatching(/^note: could not undo 1 act of a run that was cut off: resume-everything: /)]);
  });
});

test("a sweep of a store that has never run anything in real time says nothing", async () => {
  expect(await swept()).toEqual([]);
  expect(sweepLine([{ path: "x", state: "swept", healed: [], problems: [] }])).toBeUndefined();
});
