import { expect, test } from "vitest";
import { readProcessStat } from "./process-identity.ts";
import { statByPs } from "./ps-process.ts";

// `ps` is there on both systems; on Linux what it says can be compared with /proc.
test.skipIf(process.platform === "win32")("a process is shown with its state, its parent and a start time that stays", () => {
  const stat = statByPs(process.pid);
  expect(stat?.parentPid).toBe(process.ppid);
  expect(stat?.state).toMatch(/^[RSDIU]$/);
  expect(stat?.startTime).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  expect(statByPs(process.pid)?.startTime).toBe(stat?.startTime);
  if (process.platform === "linux") expect(readProcessStat(process.ppid)?.parentPid).toBe(statByPs(process.ppid)?.parentPid);
});

test.skipIf(process.platform === "win32")("a process that does not exist is none", () => {
  expect(statByPs(2 ** 22 + 1)).toBeUndefined();
});
