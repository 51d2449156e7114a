import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resumeHealer } from "../undo/healers.ts";
import { identifyProcess, statOf, type ProcessIdentity } from "../undo/process-identity.ts";
import { findUndoLogs, isUnhealed, sweepUndo, type Sweep } from "../undo/sweep.ts";
import { nodeTeller, Teller } from "./fixtures/tellers.ts";
import { ProcessMemory } from "./process-memory.ts";
import { VdsoClock } from "./vdso-clock.ts";
import { vdsoHealer } from "./vdso-healer.ts";
import { parseVdso } from "./vdso-image.ts";
import { until } from "../undo/fixtures/until.ts";

const isHere = process.platform === "linux" && process.arch === "x64";
const harness = fileURLToPath(new URL("fixtures/dying-harness.ts", import.meta.url));

describe.skipIf(!isHere)("after the harness was killed (Linux on 64-bit x86 only)", () => {
  let folder: string;
  let teller: Teller;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "faultline-crash-"));
    teller = await Teller.start(nodeTeller);
  });
  afterEach(async () => {
    await teller.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a harness on the victim until it is dead; `kill` may do it. */
  async function dead(how: string, options: { readonly kill?: (pid: number) => void } = {}): Promise<void> {
    const child = spawn(process.execPath, [harness, how, join(folder, "undo.jsonl"), String(teller.identity.pid)], { stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(child, "exit");
    options.kill?.(child.pid ?? 0);
    const [, signal] = await ended;
    expect(signal).toBe("SIGKILL");
  }

  async function sweep(): Promise<Sweep> {
    const [only, ...others] = await sweepUndo(findUndoLogs(folder), [resumeHealer, vdsoHealer]);
    expect(others).toEqual([]);
    if (only === undefined) throw new Error("no log was found");
    return only;
  }

  /** As a kill between two writes would leave it. This process's own vDSO says what was there before. */
  async function halfRedirected(): Promise<{ expectOriginal(): void }> {
    await dead("while-skewed");
    const [original, theirs] = [vdsoOf(identifyProcess(process.pid) ?? teller.identity), vdsoOf(teller.identity)];
    const { symbols, endOffset } = parseVdso(original.bytes);
    const memory = new ProcessMemory(teller.identity);
    for (const name of ["__vdso_time", "__vdso_gettimeofday"]) {
      const at = symbols.get(name)?.offset ?? 0;
      memory.write(theirs.start + at, original.bytes.slice(at, at + 5));
    }
    memory.close();
    return { expectOriginal: () => expect(vdsoOf(teller.identity).bytes.slice(0, endOffset)).toEqual(original.bytes.slice(0, endOffset)) };
  }

  async function ahead(): Promise<number> {
    return Math.round((await teller.aheadSeconds())["Date.now"] ?? Number.NaN) + 0; // no negative zero
  }

  test("between stop and continue, the sweep resumes its victim", async () => {
    await dead("while-stopped");
    expect(statOf(teller.identity)?.state).toBe("T");
    const { healed } = await sweep();
    expect(healed.map(({ entry, healing }) => [entry.undo.kind, healing.outcome])).toEqual([["resume-process", "healed"]]);
    expect(await ahead()).toBe(0);
    expect((await sweep()).healed).toEqual([]);
  });

  test("while a clock was moved, the sweep gives it back", async () => {
    await dead("while-skewed");
    expect(await ahead()).toBe(3_600);
    const { healed } = await sweep();
    expect(healed.map(({ entry, healing }) => [entry.undo.kind, healing.outcome])).toEqual([["restore-vdso", "healed"]]);
    expect(await ahead()).toBe(0);
    expect((await sweep()).healed).toEqual([]);
  });

  test("when only one entry of three was redirected, the sweep gives that back", async () => {
    const { expectOriginal } = await halfRedirected();
    expect(isUnhealed((await sweep()).healed)).toBe(false);
    expectOriginal();
    expect(await ahead()).toBe(0);
  });

  test("when only one entry of three was redirected, the next harness can take over and give all back", async () => {
    const { expectOriginal } = await halfRedirected();
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(60_000_000_000n);
    expect(await ahead()).toBe(60);
    clock.undo();
    expectOriginal();
    expect(await ahead()).toBe(0);
  });

  test("at any moment, the sweep leaves its victim running with its own clock", async () => {
    const path = join(folder, "undo.jsonl");
    for (let round = 1; round <= 12; round++) {
      await dead("at-any-moment", {
        kill(pid) {
          // As far into the log as no two rounds are: the moments differ in what was just being done.
          until("the log is long enough", () => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= 700 + 137 * round);
          process.kill(pid, "SIGKILL");
        },
      });
      expect(isUnhealed((await sweep()).healed)).toBe(false);
      expect(statOf(teller.identity)?.state).not.toBe("T");
      expect(await ahead()).toBe(0);
      rmSync(path);
    }
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(60_000_000_000n);
    expect(await ahead()).toBe(60);
    clock.undo();
  });

  test("and its victim's number was given to another process, the sweep does not touch that one", async () => {
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(3_600_000_000_000n);
    const stranger = { ...teller.identity, startTime: String(Number(teller.identity.startTime) - 1) };
    expect(await vdsoHealer.heal({ process: stranger })).toEqual({ outcome: "needless" });
    expect(await vdsoHealer.heal({ process: { ...teller.identity, boot: "another boot" } })).toEqual({ outcome: "needless" });
    expect(await ahead()).toBe(3_600);
    expect(await vdsoHealer.heal({ process: { ...teller.identity } })).toEqual({ outcome: "healed" });
    expect(await ahead()).toBe(0);
    clock.undo();
  });

  test("a log that names a process without our stub, or none at all, does nothing", async () => {
    expect(await vdsoHealer.heal({ process: { ...teller.identity } })).toEqual({ outcome: "needless" });
    for (const data of [{}, { process: 17 }, { process: { pid: -1, startTime: "1", boot: "b" } }, { process: { pid: 1, startTime: "1", boot: "b" } }]) {
      expect(await vdsoHealer.heal(data)).toMatchObject({ outcome: "refused" });
    }
    const self = identifyProcess(process.pid);
    expect(await vdsoHealer.heal({ process: { ...(self ?? teller.identity) } })).toMatchObject({ outcome: "refused" });
  });
});

function vdsoOf(identity: ProcessIdentity): { readonly start: number; readonly bytes: Uint8Array } {
  const memory = new ProcessMemory(identity);
  const { start, sizeBytes } = memory.range("[vdso]") ?? { start: 0, sizeBytes: 0 };
  const bytes = memory.read(start, sizeBytes);
  memory.close();
  return { start, bytes };
}
