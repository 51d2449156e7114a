import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { identifyProcess, statOf, type ProcessIdentity } from "../undo/process-identity.ts";
import { compiled, hasTool, nodeTeller, Teller } from "./fixtures/tellers.ts";
import { ProcessMemory } from "./process-memory.ts";
import { familyOf, VdsoClock } from "./vdso-clock.ts";
import { parseVdso } from "./vdso-image.ts";
import { VdsoError, type VdsoReason } from "./vdso-error.ts";
import { until } from "../undo/fixtures/until.ts";

const isHere = process.platform === "linux" && process.arch === "x64";
const hourNs = 3_600_000_000_000n;

function reasonOf(act: () => unknown): VdsoReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof VdsoError) return error.reason;
    throw error;
  }
}

async function aheadOf(teller: Teller, line?: string): Promise<number> {
  return Math.round((await teller.aheadSeconds(line))["clock_gettime"] ?? Number.NaN) + 0; // no negative zero
}

describe.skipIf(!isHere || !hasTool("cc", "--version"))("a family of processes (Linux on 64-bit x86, needs cc)", () => {
  let c: { readonly program: string; close(): void };
  let teller: Teller;
  beforeAll(() => {
    c = compiled("teller.c");
  });
  afterAll(() => {
    c.close();
  });
  beforeEach(async () => {
    teller = await Teller.start([c.program]);
  });
  afterEach(async () => {
    await teller.close();
  });

  test("has one clock: a child begun before attach is found", async () => {
    await teller.say("child");
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    expect(clock.processes).toHaveLength(2);
    expect([await aheadOf(teller), await aheadOf(teller, "to time")]).toEqual([3_600, 3_600]);
    clock.undo();
    expect([await aheadOf(teller), await aheadOf(teller, "to time")]).toEqual([0, 0]);
  });

  test("has one clock: a fork takes the offset along, follows the next one, and is given back by undo", async () => {
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    await teller.say("child");
    expect(await aheadOf(teller, "to time")).toBe(3_600);
    clock.setOffset(-2n * hourNs);
    expect([await aheadOf(teller), await aheadOf(teller, "to time")]).toEqual([-7_200, -7_200]);
    clock.undo();
    expect([await aheadOf(teller), await aheadOf(teller, "to time")]).toEqual([0, 0]);
  });

  test("is given back by undo, forks that nobody had seen included", async () => {
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    await teller.say("child");
    clock.undo();
    expect([await aheadOf(teller), await aheadOf(teller, "to time")]).toEqual([0, 0]);
  });

  test("loses the offset by exec and has it again after a refresh", async () => {
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    expect(await teller.say("exec")).toBe("replaced");
    expect(await aheadOf(teller)).toBe(0);
    clock.refresh();
    expect(await aheadOf(teller)).toBe(3_600);
    clock.undo();
    expect(await aheadOf(teller)).toBe(0);
  });

  test("may exec between the last update and undo", async () => {
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    await teller.say("exec");
    clock.undo();
    expect(await aheadOf(teller)).toBe(0);
  });

  test("whose child is a zombie goes on without it, and the zombie itself is gone", async () => {
    await teller.say("child");
    const clock = VdsoClock.attach(teller.identity);
    const child = clock.processes[1];
    if (child === undefined) throw new Error("no child");
    process.kill(child.pid, "SIGKILL");
    until("the child is a zombie", () => statOf(child)?.state === "Z");
    clock.setOffset(hourNs);
    expect(clock.processes).toEqual([teller.identity]);
    expect(reasonOf(() => VdsoClock.attach(child))).toBe("gone");
    expect(await aheadOf(teller)).toBe(3_600);
    clock.undo();
  });

  test("is given back when attach fails half-way: nothing is patched that is not noted", async () => {
    await teller.say("child");
    const original = vdsoOf(teller.identity);
    let noteCount = 0;
    const before = ({ kind }: { readonly kind: string }): { done(): void } => {
      if (kind === "restore-vdso" && noteCount++ > 0) throw new Error("disk full");
      return { done: () => undefined };
    };
    expect(() => VdsoClock.attach(teller.identity, { undo: { before } })).toThrow("disk full");
    expect(noteCount).toBe(2);
    const { endOffset } = parseVdso(original);
    expect(vdsoOf(teller.identity).slice(0, endOffset)).toEqual(original.slice(0, endOffset));
  });

  test("moves without a child that cannot be moved, and names it", async () => {
    await teller.say("child");
    const child = familyOf(teller.identity)[1];
    if (child === undefined) throw new Error("no child");
    const memory = new ProcessMemory(child);
    memory.write(memory.range("[vdso]")?.start ?? 0, Uint8Array.from([0]));
    memory.close();
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    expect(clock.skipped).toEqual([{ pid: child.pid, reason: "malformed" }]);
    expect(clock.processes).toEqual([teller.identity]);
    expect([await aheadOf(teller), await aheadOf(teller, "to time")]).toEqual([3_600, 0]);
    clock.undo();
    expect(await aheadOf(teller)).toBe(0);
  });

  test("that was stopped by somebody else is patched and stays stopped", async () => {
    teller.kill("SIGSTOP");
    until("the process is stopped", () => statOf(teller.identity)?.state === "T");
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    expect(statOf(teller.identity)?.state).toBe("T");
    teller.kill("SIGCONT");
    expect(await aheadOf(teller)).toBe(3_600);
    clock.undo();
    expect(statOf(teller.identity)?.state).not.toBe("T");
  });
});

describe.skipIf(!isHere)("a process that cannot be reached (Linux on 64-bit x86 only)", () => {
  test("because it is this one: self", () => {
    const self = identifyProcess(process.pid);
    expect(self && reasonOf(() => VdsoClock.attach(self))).toBe("self");
  });

  test("because its number belongs to another process by now: gone, and that one is not touched", async () => {
    const stranger = await Teller.start(nodeTeller);
    const recycled: ProcessIdentity = { ...stranger.identity, startTime: String(Number(stranger.identity.startTime) - 1) };
    const before = vdsoOf(stranger.identity);
    expect(reasonOf(() => VdsoClock.attach(recycled))).toBe("gone");
    expect(vdsoOf(stranger.identity)).toEqual(before);
    await stranger.close();
  });

  test("because it has ended: gone, for attach and for an update; undo has nothing to do", async () => {
    const teller = await Teller.start(nodeTeller);
    const clock = VdsoClock.attach(teller.identity);
    await teller.close();
    expect(reasonOf(() => clock.setOffset(hourNs))).toBe("gone");
    clock.undo();
    expect(reasonOf(() => VdsoClock.attach(teller.identity))).toBe("gone");
  });
});

/** Its vDSO as it is now. */
function vdsoOf(identity: ProcessIdentity): Uint8Array {
  const memory = new ProcessMemory(identity);
  const range = memory.range("[vdso]");
  if (range === undefined) throw new Error("no vDSO");
  const bytes = memory.read(range.start, range.sizeBytes);
  memory.close();
  return bytes;
}
