import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { identifyProcess, isRunning, readProcessStat, signalProcess, statOf } from "./process-identity.ts";

describe.skipIf(process.platform !== "linux")("a process (Linux only)", () => {
  test("is itself as long as it runs, and never again", async () => {
    const child = spawn("sleep", ["30"], { stdio: "ignore" });
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error("no identity");
    expect(identifyProcess(identity.pid)).toEqual(identity);
    expect(isRunning(identity)).toBe(true);
    expect(statOf(identity)?.parentPid).toBe(process.pid);
    const ended = once(child, "exit");
    expect(signalProcess(identity, "SIGKILL")).toBe(true);
    await ended;
    expect(isRunning(identity)).toBe(false);
    expect(signalProcess(identity, "SIGKILL")).toBe(false);
  });

  test("with the same number is another one if its start time, boot or pid namespace differs, and gets no signal", async () => {
    const child = spawn("sleep", ["30"], { stdio: "ignore" });
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error("no identity");
    for (const other of [
      { ...identity, startTime: `${identity.startTime}0` },
      { ...identity, boot: identity.boot.replace(/^./, "x") },
      { ...identity, boot: identity.boot.replace("pid:[", "pid:[1") },
    ]) {
      expect(isRunning(other)).toBe(false);
      expect(signalProcess(other, "SIGKILL")).toBe(false);
    }
    expect(child.signalCode).toBeNull();
    expect(isRunning(identity)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  test("is recognised whatever its program is called", async () => {
    const folder = mkdtempSync(join(tmpdir(), "faultline-name-"));
    const program = join(folder, "a) Z 1 (b");
    copyFileSync("/bin/sleep", program);
    const child = spawn(program, ["30"], { stdio: "ignore" });
    await once(child, "spawn");
    const stat = readProcessStat(child.pid ?? 0);
    expect(stat?.parentPid).toBe(process.pid);
    expect(stat?.state).not.toBe("Z");
    child.kill("SIGKILL");
    await once(child, "exit");
    rmSync(folder, { recursive: true });
  });

  test("that does not exist or cannot is none", () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 31]) expect(identifyProcess(pid)).toBeUndefined();
  });
});
