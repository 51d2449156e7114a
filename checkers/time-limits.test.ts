import { expect, test } from "vitest";
import { timeLimits } from "./time-limits.ts";

test("limits of time end when the clock has passed them, not before, however many steps there were", () => {
  let nowMs = 1000;
  const limits = timeLimits({ timeoutMs: 50, now: () => nowMs });
  expect(limits.spend(1_000_000_000)).toBeUndefined();
  nowMs = 1050;
  expect(limits.spend(1)).toBeUndefined();
  nowMs = 1051;
  expect(limits.spend(1)).toBe("time");
  expect(limits.memoryBytes).toBe(2 ** 30);
});

test("limits of time take a limit of memory along", () => {
  expect(timeLimits({ timeoutMs: 50, now: () => 0, memoryBytes: 5 }).memoryBytes).toBe(5);
});
