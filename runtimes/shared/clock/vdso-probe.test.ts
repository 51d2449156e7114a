import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { probeVdso } from "./vdso-probe.ts";

const isHere = process.platform === "linux" && process.arch === "x64";

test.skipIf(!isHere)("the probe moves the clock of a child and leaves nothing behind (Linux on 64-bit x86 only)", async () => {
  const children = childCount();
  expect(await probeVdso()).toEqual({ ok: true, reason: "a child's clock was moved by an hour and back" });
  expect(childCount()).toBe(children);
  expect(openMemories()).toEqual([]);
});

test.skipIf(isHere)("the probe says why it cannot be done here (elsewhere)", async () => {
  const { ok, reason } = await probeVdso();
  expect(ok).toBe(false);
  expect(reason).toMatch(/platform|architecture/);
});

test.skipIf(!isHere || process.geteuid?.() !== 0)("the probe says that it may not (tested by root, who can become another user without rights)", async () => {
  // The child is begun as root, by a process that then may not write to it.
  const pending = probeVdso();
  process.seteuid?.(65_534);
  const { ok, reason } = await pending.finally(() => process.seteuid?.(0));
  expect(ok).toBe(false);
  expect(reason).toMatch(/^no-access/);
});

/** What is open of other processes' memory. */
function openMemories(): string[] {
  return readdirSync("/proc/self/fd")
    .map(targetOf)
    .filter((target) => target.endsWith("/mem"));
}

/** Where a descriptor leads; the one that lists the folder is gone by now. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return "";
  }
}

function childCount(): number {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === process.pid).length;
}

function parentOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
