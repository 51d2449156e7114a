import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { identifyProcess, isRunning, signalProcess, statOf, type ProcessIdentity } from "./process-identity.ts";
import { killHealer } from "./kill-healer.ts";
import { killProcess } from "./undo-entry.ts";

describe.skipIf(process.platform !== "linux")("killing (Linux only)", () => {
  async function sleeper(): Promise<{ readonly identity: ProcessIdentity; readonly ended: Promise<unknown> }> {
    const child = spawn("sleep", ["30"], { stdio: "ignore" });
    const ended = once(child, "exit");
    await once(child, "spawn");
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error("no identity");
    return { identity, ended };
  }

  test("ends that very process, also a stopped one, and has seen it end", async () => {
    const { ended, identity } = await sleeper();
    signalProcess(identity, "SIGSTOP");
    await expect.poll(() => statOf(identity)?.state).toBe("T");
    expect(await killHealer.heal(killProcess(identity).data)).toEqual({ outcome: "healed" });
    expect(isRunning(identity)).toBe(false);
    await ended;
    expect(await killHealer.heal(killProcess(identity).data)).toEqual({ outcome: "needless" });
  });

  test("never touches a process that only has its number", async () => {
    const { ended, identity } = await sleeper();
    for (const other of [
      { ...identity, startTime: `${identity.startTime}0` },
      { ...identity, boot: "another" },
    ])
      expect(await killHealer.heal(killProcess(other).data)).toEqual({ outcome: "needless" });
    expect(isRunning(identity)).toBe(true);
    signalProcess(identity, "SIGKILL");
    await ended;
  });

  test("refuses what is no process, groups, the init process and itself", async () => {
    const self = identifyProcess(process.pid);
    const bad = [0, 1, -1, -process.pid, 1.5, "17"].map((pid) => ({ process: { pid, startTime: "1", boot: "b" } }));
    for (const data of [{}, { process: null }, { process: 17 }, ...bad, { process: { ...self } }])
      expect(await killHealer.heal(data as Parameters<typeof killHealer.heal>[0])).toMatchObject({ outcome: "refused" });
  });
});
