// A real process, killed with SIGKILL wherever it is: no acknowledged record is lost in a power cut, however often.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import { cutPower } from "./power-cut.ts";
import { contentsOf, inFolder } from "./twin-disks.fixture.ts";

const victim = fileURLToPath(new URL("fixtures/victim.ts", import.meta.url));

/** Kills it in the middle of what follows the `count`-th acknowledgement; answers the last index that was acknowledged. */
async function runAndKill(directory: string, first: number, count: number): Promise<number> {
  const child = spawn(process.execPath, [victim, directory, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  let acknowledged = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= first + count) child.kill("SIGKILL");
  }
  await ended;
  expect(child.signalCode).toBe("SIGKILL");
  return acknowledged;
}

/** The log from its beginning, as far as it is whole. */
function recordsOf(log: string): readonly number[] {
  const lines = log.split("\n").slice(0, -1);
  const end = lines.findIndex((line) => !/^\d{9}$/.test(line));
  return lines.slice(0, end < 0 ? lines.length : end).map(Number);
}

test("of a log that was rolled and synced, every acknowledged record survives kills and power cuts, torn or not", async () => {
  await inFolder(async (directory) => {
    let first = 0;
    for (let round = 0; round < 5; round++) {
      const acknowledged = await runAndKill(directory, first, 10 + round * 9);
      // Some rounds go on after a plain kill.
      if (round % 3 !== 1) await cutPower(directory, { torn: round % 2 === 0, random: seededRandom(`cut ${round}`) });
      const found = contentsOf(directory);
      const records = recordsOf(found["log"] ?? "");
      expect(records, `round ${round}`).toContain(acknowledged);
      const start = records[0] ?? 0;
      expect(records.slice(0, records.indexOf(acknowledged) + 1)).toEqual(Array.from({ length: acknowledged - start + 1 }, (_, index) => start + index));
      first = (records.at(-1) ?? 0) + 1;
    }
    expect(first).toBeGreaterThan(100);
  }, tmpdir());
});
