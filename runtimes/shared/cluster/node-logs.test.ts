import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NodeLogs } from "./node-logs.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "faultline-logs-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const line = { timeNs: 1_234_567_890, node: "n1", incarnation: 2, level: "warn", message: "m" } as const;
const textOf = (node: string): string => readFileSync(join(directory, "logs", `${node}.log`), "utf8");

test("a message is one line of its node's file, at once, whatever is in it", () => {
  const logs = new NodeLogs({ directory, nodes: ["n1", "n2"] });
  logs.add({ ...line, message: "two\nlines\\n", data: { a: "b\n" } });
  expect(textOf("n1")).toBe('1.234568 #2 warn two\\nlines\\\\n {"a":"b\\n"}\n');
  expect(textOf("n2")).toBe("");
  logs.add({ ...line, node: "n9" });
  logs.close();
  logs.add(line);
  expect(textOf("n1").split("\n")).toHaveLength(2);
});

test("a node that says too much is cut short, and the file says so", () => {
  const logs = new NodeLogs({ directory, nodes: ["n1"], sizeLimitBytes: 1_000 });
  for (let count = 0; count < 100; count++) logs.add({ ...line, message: "x".repeat(90) });
  logs.close();
  expect(statSync(join(directory, "logs", "n1.log")).size).toBeLessThan(1_100);
  expect(textOf("n1")).toMatch(/\n\.\.\. the log ends here: it reached its limit\n$/);
});
