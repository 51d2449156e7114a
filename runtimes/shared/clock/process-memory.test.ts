import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identifyProcess, type ProcessIdentity } from "../undo/process-identity.ts";
import { ProcessMemory } from "./process-memory.ts";

describe.skipIf(process.platform !== "linux")("the memory of a process (Linux only)", () => {
  let child: ChildProcess;
  let identity: ProcessIdentity;
  beforeEach(async () => {
    child = spawn("cat", { stdio: ["pipe", "pipe", "ignore"] });
    child.stdin?.write("?");
    await once(child.stdout ?? child, "data");
    const found = identifyProcess(child.pid ?? 0);
    if (found === undefined) throw new Error("no identity");
    identity = found;
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  test("can be read and written, mappings without write permission included; this process's copy stays as it is", () => {
    const [memory, own] = [new ProcessMemory(identity), new ProcessMemory(identifyProcess(process.pid) ?? identity)];
    const [theirs, mine] = [memory.range("[vdso]")?.start ?? 0, own.range("[vdso]")?.start ?? 0];
    memory.write(theirs + 4, Uint8Array.from([7, 8]));
    expect([...memory.read(theirs, 6)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 7, 8]);
    expect([...own.read(mine, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    expect([...own.read(mine + 4, 2)]).not.toEqual([7, 8]);
    memory.close();
    own.close();
  });

  test("belongs to that very process: with another start time it is gone", () => {
    expect(() => new ProcessMemory({ ...identity, startTime: `${identity.startTime}0` })).toThrow("gone");
  });

  test("is gone when the process has ended", async () => {
    const memory = new ProcessMemory(identity);
    const { start } = memory.range("[vdso]") ?? { start: 0 };
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(() => memory.read(start, 4)).toThrow("gone");
    expect(() => memory.write(start, new Uint8Array(4))).toThrow("gone");
    expect(() => memory.range("[vdso]")).toThrow("gone");
    memory.close();
    memory.close();
    expect(() => memory.read(start, 4)).toThrow("closed");
  });

  test("has mappings of the kernel's, which no file of that name can pass itself off as", async () => {
    const folder = mkdtempSync(join(tmpdir(), "faultline-maps-"));
    const program = join(folder, "cat [vdso]");
    copyFileSync("/bin/cat", program);
    const impostor = spawn(program, { stdio: ["pipe", "pipe", "ignore"] });
    impostor.stdin.write("?");
    await once(impostor.stdout, "data");
    const memory = new ProcessMemory(identifyProcess(impostor.pid ?? 0) ?? identity);
    const { start, sizeBytes } = memory.range("[vdso]") ?? { start: 0, sizeBytes: 0 };
    expect(Buffer.from(memory.read(start, sizeBytes)).includes("__vdso_clock_gettime")).toBe(true);
    expect(memory.range("[no such]")).toBeUndefined();
    expect(memory.range(program)).toBeUndefined();
    memory.close();
    impostor.kill("SIGKILL");
    await once(impostor, "exit");
    rmSync(folder, { recursive: true });
  });
});
