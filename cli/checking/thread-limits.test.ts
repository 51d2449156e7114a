// When a thread has to stop, and how much it may hold.
import { expect, test } from "vitest";
import { interruptionFlag, monotonicMs, threadLimits, type ThreadBounds } from "./thread-limits.ts";

const roomy: ThreadBounds = { deadlineMs: Infinity, memoryBytes: 2 ** 50, threadCount: 1, interruption: interruptionFlag() };

test("nothing stops a thread that keeps its limits", () => expect(threadLimits(roomy).spend(1)).toBeUndefined());

test("time is up after the deadline, not before", () => {
  expect(threadLimits({ ...roomy, deadlineMs: monotonicMs() + 60_000 }).spend(1)).toBeUndefined();
  expect(threadLimits({ ...roomy, deadlineMs: monotonicMs() - 1 }).spend(1)).toBe("time");
});

test("an interruption reaches every thread at its next question, and comes before everything else", () => {
  const interruption = interruptionFlag();
  const limits = [1, 2].map(() => threadLimits({ ...roomy, deadlineMs: 0, interruption }));
  expect(limits.map((each) => each.spend(1))).toEqual(["time", "time"]);
  Atomics.store(interruption, 0, 1);
  expect(limits.map((each) => each.spend(1))).toEqual(["interrupted", "interrupted"]);
});

test("memory is that of the process, and the searches may have what is left of it, shared by the threads", () => {
  const resident = process.memoryUsage.rss();
  expect(threadLimits({ ...roomy, memoryBytes: resident / 2 }).spend(1)).toBe("memory");
  expect(threadLimits({ ...roomy, memoryBytes: resident / 2 }).memoryBytes).toBe(0);
  const [alone, together] = [1, 4].map((threadCount) => threadLimits({ ...roomy, memoryBytes: 100 * resident, threadCount }).memoryBytes);
  expect(alone).toBeGreaterThan(80 * resident);
  expect(alone).toBeLessThan(100 * resident);
  expect(together).toBeCloseTo((alone ?? 0) / 4, -7);
});
