// Clocks of real processes moved through their vDSO by the clock mechanism: steps, drifts, restarts, the way back, the undo log.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { nodeTeller, Teller } from "../clock/fixtures/tellers.ts";
import { probeVdso } from "../clock/index.ts";
import { RecorderTimers } from "../cluster/recorder-timers.ts";
import { isRunning, UndoLog } from "../undo/index.ts";
import type { ClockError } from "../wire/control.ts";
import { FakeMember, FakeRunning } from "./fixtures/fake-member.ts";
import { VirtualTime } from "./fixtures/virtual-time.ts";
import { vdsoMechanism } from "./vdso-mechanism.ts";

const probe = await probeVdso();
let cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
  cleanups = [];
});

/** A member whose process is a program that tells the time. */
class TellingMember extends FakeMember {
  #teller: Teller | undefined;

  async begin(): Promise<Teller> {
    const teller = await Teller.start(nodeTeller);
    cleanups.push(() => teller.close());
    this.#teller = teller;
    const running = new FakeRunning(teller.identity.pid);
    this.running = Object.defineProperty(running, "process", { value: teller.identity });
    await this.onStarted(running);
    return teller;
  }

  override async setClock(): Promise<{ readonly wallMs: number; readonly realMs: number } | undefined> {
    if (this.#teller === undefined || !isRunning(this.#teller.identity)) return undefined;
    const reading = await this.#teller.read();
    const wallMs = Number((reading["Date.now"] ?? 0n) / 1_000_000n);
    return { wallMs, realMs: wallMs };
  }
}

const still = (offsetMs: number): ClockError => ({ offsetMs, ratePpm: 0, anchorMs: 0 });

async function aheadMs(teller: Teller): Promise<number> {
  return ((await teller.aheadSeconds())["Date.now"] ?? Number.NaN) * 1_000;
}

test("what cannot be done here is said with the probe's reason", () => {
  const mechanism = vdsoMechanism({ probe: { ok: false, reason: "architecture: no stub for arm64" }, timers: new VirtualTime() });
  expect(mechanism.capability("clock-step")).toBe("clocks of processes cannot be moved here: architecture: no stub for arm64");
  expect(mechanism.refusal(1e9)).toBeUndefined();
});

describe.skipIf(!probe.ok)(`a process's clock (where it can be moved: ${probe.reason})`, () => {
  async function bench(): Promise<{ readonly member: TellingMember; readonly undo: UndoLog; readonly mechanism: ReturnType<typeof vdsoMechanism> }> {
    const folder = mkdtempSync(join(tmpdir(), "faultline-vdso-mechanism-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const undo = new UndoLog(join(folder, "undo.jsonl"), { runId: "test" });
    cleanups.push(() => undo.close());
    const timers = new RecorderTimers();
    const mechanism = vdsoMechanism({ probe, timers, undo });
    cleanups.push(
      () => timers.close(),
      () => mechanism.close(),
    );
    const member = new TellingMember({ name: "n1", time: new VirtualTime(), log: [] });
    member.onStarted = (running) => mechanism.started(member, running);
    return { member, undo, mechanism };
  }

  test("is stepped, read back from the process itself, and given back with nothing left to undo", async () => {
    const { mechanism, member, undo } = await bench();
    const teller = await member.begin();
    const reading = await mechanism.apply(member, still(3_600_000));
    expect(Math.abs((reading?.offsetMs ?? 0) - 3_600_000)).toBeLessThanOrEqual(reading?.errorMs ?? 0);
    expect(Math.abs((await aheadMs(teller)) - 3_600_000)).toBeLessThan(500);
    expect(undo.open).toMatchObject([{ faultId: "clock of n1", mechanism: "vdso", undo: { kind: "restore-vdso" } }]);
    await mechanism.apply(member, still(-500));
    expect(Math.abs((await aheadMs(teller)) + 500)).toBeLessThan(400);
    expect(await mechanism.apply(member, still(0))).toBeDefined();
    expect(Math.abs(await aheadMs(teller))).toBeLessThan(400);
    expect(undo.open).toEqual([]);
  });

  test("drifts until it is told otherwise", async () => {
    const { mechanism, member } = await bench();
    const teller = await member.begin();
    const anchorMs = Date.now();
    await mechanism.apply(member, { offsetMs: 0, ratePpm: 500_000, anchorMs });
    await expect.poll(() => aheadMs(teller), { timeout: 20_000 }).toBeGreaterThan(300);
    // Half of the time that has passed.
    expect(Math.abs((await aheadMs(teller)) - (Date.now() - anchorMs) / 2)).toBeLessThan(200);
    await mechanism.apply(member, still(0));
    expect(Math.abs(await aheadMs(teller))).toBeLessThan(200);
  });

  test("of a process that is started later is moved before its node begins; the notes of the dead one are done", async () => {
    const { mechanism, member, undo } = await bench();
    const first = await member.begin();
    await mechanism.apply(member, still(100_000));
    member.crash();
    await first.close();
    expect(await mechanism.apply(member, still(100_000))).toBeUndefined();
    const second = await member.begin();
    expect(Math.abs((await aheadMs(second)) - 100_000)).toBeLessThan(500);
    expect(undo.open).toHaveLength(1);
    await mechanism.apply(member, still(0));
    expect(undo.open).toEqual([]);
  });

  test("of a process that has just ended is no error", async () => {
    const { mechanism, member, undo } = await bench();
    const teller = await member.begin();
    await mechanism.apply(member, still(1_000));
    await teller.close();
    // Nobody has told the member yet.
    expect(await mechanism.apply(member, still(2_000))).toBeUndefined();
    expect(await mechanism.apply(member, still(0))).toBeUndefined();
    expect(undo.open).toEqual([]);
  });

  test("of a paused process is moved, and it stays paused", async () => {
    const { mechanism, member } = await bench();
    const teller = await member.begin();
    process.kill(teller.identity.pid, "SIGSTOP");
    member.pausers.add("a fault");
    try {
      expect(await mechanism.apply(member, still(50_000))).toBeUndefined();
    } finally {
      process.kill(teller.identity.pid, "SIGCONT");
    }
    member.pausers.clear();
    expect(Math.abs((await aheadMs(teller)) - 50_000)).toBeLessThan(500);
  });

  test("that shows something else than what was set is an error with both figures", async () => {
    const { mechanism, member } = await bench();
    await member.begin();
    member.setClock = () => Promise.resolve({ wallMs: Date.now(), realMs: Date.now() });
    await expect(mechanism.apply(member, still(7_000))).rejects.toThrow(/the clock of n1 is ahead by .* ms, not by 7000 ms/);
  });
});
