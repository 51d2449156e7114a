import { expect, test } from "vitest";
import { endingOf } from "./ending.ts";

test.each([
  [0, { exitCode: 0, signal: null }],
  [3, { exitCode: 3, signal: null }],
  [128, { exitCode: 128, signal: null }],
  [137, { exitCode: null, signal: "SIGKILL" }],
  [143, { exitCode: null, signal: "SIGTERM" }],
  [255, { exitCode: 255, signal: null }],
])("code %i", (exitCode, expected) => {
  expect(endingOf({ exitCode, isOutOfMemory: false, lastWords: "words" })).toEqual({ ...expected, lastWords: "words" });
});

test("a node that the kernel killed for its memory says so first, within the limit", () => {
  const { lastWords, signal } = endingOf({ exitCode: 137, isOutOfMemory: true, lastWords: "x".repeat(4_096) });
  expect(signal).toBe("SIGKILL");
  expect(lastWords).toMatch(/^killed by the kernel: out of the memory/);
  expect(lastWords).toHaveLength(4_096);
});
