import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a process in which everything was closed ends by itself, whatever was held, delayed, blocked or refused", async () => {
  const file = fileURLToPath(new URL("./fixtures/short-life.ts", import.meta.url));
  // A handle that was left would keep it alive until this limit, and then the promise rejects.
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000, killSignal: "SIGKILL" });
  expect(stdout).toBe("closed\n");
});
