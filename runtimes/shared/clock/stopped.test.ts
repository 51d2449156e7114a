import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identifyProcess, statOf, type ProcessIdentity } from "../undo/process-identity.ts";
import type { UndoAction } from "../undo/undo-entry.ts";
import { programCounter, whileStopped } from "./stopped.ts";

describe.skipIf(process.platform !== "linux")("while a process is stopped (Linux only)", () => {
  let child: ChildProcess;
  let victim: ProcessIdentity;
  beforeEach(() => {
    child = spawn("sleep", ["30"], { stdio: "ignore" });
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error("no identity");
    victim = identity;
  });
  afterEach(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  test("all of its threads stand still, and their places are known; afterwards it runs", () => {
    const counters = whileStopped(victim, { limitMs: 5_000 }, (threads) => {
      expect(statOf(victim)?.state).toBe("T");
      return threads.map((thread) => programCounter(victim, thread));
    });
    expect(counters).toHaveLength(1);
    expect(counters[0]).toBeGreaterThan(4_096);
    expect(statOf(victim)?.state).not.toBe("T");
  });

  test("an error in the act lets it run again, and is told", () => {
    expect(() =>
      whileStopped(victim, { limitMs: 5_000 }, () => {
        throw new Error("the act failed");
      }),
    ).toThrow("the act failed");
    expect(statOf(victim)?.state).not.toBe("T");
  });

  test("the way back was noted before the stop, and is done after the continuation", () => {
    const seen: string[] = [];
    const look = (what: string): number => seen.push(`${what}, ${statOf(victim)?.state === "T" ? "stopped" : "running"}`);
    const before = (undo: UndoAction): { done(): void } => {
      look(`noted ${undo.kind}`);
      return { done: () => look("done") };
    };
    whileStopped(victim, { limitMs: 5_000, undo: { before } }, () => look("act"));
    expect(seen).toEqual(["noted resume-process, running", "act, stopped", "done, running"]);
  });

  test("a note that cannot be written keeps it from being stopped", () => {
    const before = (): never => {
      throw new Error("disk full");
    };
    expect(() => whileStopped(victim, { limitMs: 5_000, undo: { before } }, () => expect.unreachable())).toThrow("disk full");
    expect(statOf(victim)?.state).not.toBe("T");
  });
});
