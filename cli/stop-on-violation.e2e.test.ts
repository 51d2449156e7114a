// `run --stop-on-violation` on the real key-value store, in simulation: it ends earlier with the same finding, and changes
// nothing where there is nothing to find.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Desk } from "./fixtures/recorded-terminal.ts";

interface RunDocument {
  readonly ending: string;
  readonly verdict: string;
  readonly failureClass: string | null;
  readonly statistics: { readonly runMs: number; readonly okCount: number };
  readonly plan: { readonly expect: { readonly traceHash: string } };
}

/** The one document of `run --json`. */
async function ran(desk: Desk, words: readonly string[]): Promise<RunDocument> {
  const { out } = await desk.run(["run", "kv", "--workload", "register", "--shrink-time", "0", "--json", ...words]);
  return JSON.parse(out) as RunDocument;
}

describe("a planted bug of the key-value store", () => {
  test("ends the run at its first impossible answer, and the claim that it violates is the same", async () => {
    using desk = new Desk();
    const isFound = (run: RunDocument): boolean => run.failureClass === "KV-C1/register:linearizable";
    for (let seed = 1; seed <= 20; seed++) {
      const words = ["--bug", "stale-reads", "--seed", String(seed)];
      const whole = await ran(desk, words);
      if (!isFound(whole) || whole.ending !== "completed") continue;
      const stopped = await ran(desk, [...words, "--stop-on-violation"]);
      expect([stopped.ending, stopped.verdict, stopped.failureClass]).toEqual(["stopped-at-violation", "invalid", whole.failureClass]);
      expect(stopped.statistics.okCount).toBeLessThan(whole.statistics.okCount);
      expect(stopped.statistics.runMs).toBeLessThan(whole.statistics.runMs);
      return;
    }
    expect.unreachable("no seed found the bug");
  });

  test("is replayed from the store to the same event", async () => {
    using desk = new Desk();
    for (let seed = 1; seed <= 20; seed++) {
      const { ending } = await ran(desk, ["--bug", "stale-reads", "--seed", String(seed), "--stop-on-violation"]);
      if (ending !== "stopped-at-violation") continue;
      const { code } = await desk.run(["replay", "latest"]);
      expect(code).toBe(1);
      return;
    }
    expect.unreachable("no seed found the bug");
  });
});

test("a correct run is the same with and without, to the last message", async () => {
  using desk = new Desk();
  const words = ["--seed", "2"];
  const whole = await ran(desk, words);
  const watched = await ran(desk, [...words, "--stop-on-violation"]);
  expect(whole.verdict).toBe("valid");
  expect([watched.ending, watched.verdict, watched.statistics, watched.plan.expect]).toEqual(["completed", "valid", whole.statistics, whole.plan.expect]);
});

test("a workload whose checker cannot watch a run is run as planned, and a line says so", async () => {
  using desk = new Desk();
  const { code, err, out } = await desk.run(["run", "kv", "--workload", "watch", "--seed", "7", "--stop-on-violation"]);
  expect(err).toBe("note: nothing to watch: the checker of watch judges finished histories only\n");
  expect(code).toBe(0);
  expect(out).toMatch(/--stop-on-violation\n$/);
  expect(existsSync(join(desk.directory, ".faultline", "runs")) ? readdirSync(join(desk.directory, ".faultline", "runs")) : []).toEqual([]);
});
