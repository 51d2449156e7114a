import { describe, expect, test } from "vitest";
import { countsAsSeed, digestRun, lostRun, type RunDigest } from "./digest.ts";
import { explore, Tally, type Execute, type ExploreOptions } from "./explore.ts";
import { examplePlan } from "./fixtures/plan.fixture.ts";
import { exampleResult } from "./fixtures/result.fixture.ts";
import type { Plan } from "./plan.ts";
import { seededRandom } from "./random.ts";
import { executeHere, executeInPool } from "./worker-runs.ts";
import { UsageError } from "./errors.ts";
import { WorkerPool } from "./worker-pool.ts";

function* endless(): Generator<Plan> {
  for (let index = 0; ; index++) yield examplePlan({ seed: `s${index}` });
}

/** Ends in an order of its own: after a drawn number of turns. */
function shuffled(order: string, isInvalid: (index: number) => boolean, started: number[] = []): Execute {
  const random = seededRandom(order);
  return async ({ index, plan }) => {
    started.push(index);
    for (let turns = random.below(20, "turns"); turns > 0; turns--) await Promise.resolve();
    return digestRun(exampleResult({ plan, verdict: isInvalid(index) ? "invalid" : "valid", failureClass: isInvalid(index) ? "C1/x:y" : null }), {
      index,
      wallMs: 1,
    });
  };
}

async function all(options: Partial<ExploreOptions> & Pick<ExploreOptions, "execute">): Promise<RunDigest[]> {
  const digests: RunDigest[] = [];
  for await (const digest of explore({ plans: endless(), clock: () => 0, parallel: 8, seeds: 50, ...options })) digests.push(digest);
  return digests;
}

describe("exploring", () => {
  test.each(["a", "b", "c", "d"])("gives the digests in order of the seeds, whatever finished first (%s)", async (order) => {
    const digests = await all({ execute: shuffled(order, () => false) });
    expect(digests.map((digest) => digest.index)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(digests.map((digest) => digest.seed)).toEqual(Array.from({ length: 50 }, (_, index) => `s${index}`));
  });

  test.each([1, 2, 8, 64])("stops at the same first violation with %i runs side by side", async (parallel) => {
    const digests = await all({ execute: shuffled("x", (index) => index === 17 || index === 18), parallel, stopAt: (digest) => digest.verdict === "invalid" });
    expect(digests).toHaveLength(18);
    expect(digests.at(-1)).toMatchObject({ index: 17, failureClass: "C1/x:y" });
  });

  test("never has more under way than allowed", async () => {
    let [underWay, most] = [0, 0];
    const inner = shuffled("y", () => false);
    const execute: Execute = async (trial) => {
      most = Math.max(most, ++underWay);
      const digest = await inner(trial);
      underWay--;
      return digest;
    };
    await all({ execute, parallel: 4 });
    expect(most).toBe(4);
  });

  test("starts nothing after its time, but gives what was under way", async () => {
    let nowMs = 0;
    const digests = await all({ execute: shuffled("z", () => false), clock: () => nowMs++, timeMs: 10, seeds: Infinity });
    expect(digests.length).toBeGreaterThan(5);
    expect(digests.length).toBeLessThanOrEqual(10);
  });

  test("ends at once when it is interrupted, although a run hangs", async () => {
    const controller = new AbortController();
    const execute: Execute = (trial) => (trial.index === 5 ? new Promise(() => setImmediate(() => controller.abort())) : shuffled("i", () => false)(trial));
    const digests = await all({ execute, signal: controller.signal });
    expect(digests.map((digest) => digest.index)).toEqual([0, 1, 2, 3, 4]);
    expect(await all({ execute, signal: AbortSignal.abort() })).toEqual([]);
  });

  test("ends with the mistake of the user that a run reports", async () => {
    await expect(
      all({
        execute: executeHere(
          () => Promise.reject(new UsageError("unknown", "no such nemesis", "none")),
          () => 0,
        ),
      }),
    ).rejects.toThrow("no such nemesis");
  });

  test("takes a failure of the harness for a crash of that seed alone, never for a verdict", async () => {
    const digests = await all({
      execute: executeHere(
        (plan: Plan) => (plan.seed === "s3" ? Promise.reject(new Error("broken")) : Promise.resolve(exampleResult({ plan }))),
        () => 0,
      ),
      seeds: 6,
    });
    expect(digests.map((digest) => digest.ending)).toEqual(["completed", "completed", "completed", "crashed", "completed", "completed"]);
    expect(digests[3]).toMatchObject({ verdict: "unknown", failureClass: null, why: expect.stringContaining("broken") });
  });

  test("in threads gives the same, with hanging and crashing seeds named as such", async () => {
    const entry = new URL("./fixtures/runs.fixture.ts", import.meta.url);
    await using pool = new WorkerPool({ entry, size: 2, wallLimitMs: 3_000 });
    const digests = await all({ execute: executeInPool(pool, { clock: () => performance.now() }), seeds: 8, parallel: pool.capacity });
    expect(digests.map((digest) => [digest.index, digest.verdict, digest.ending, digest.failureClass])).toEqual([
      [0, "valid", "completed", null],
      [1, "invalid", "completed", "C1/x:y"],
      [2, "unknown", "stuck", "stuck"],
      [3, "unknown", "crashed", null],
      [4, "unknown", "crashed", null],
      [5, "valid", "completed", null],
      [6, "valid", "completed", null],
      [7, "valid", "completed", null],
    ]);
  });
});

const at = (index: number) => ({ index, wallMs: 2 });

describe("counting", () => {
  test.each([
    [20, 1, true],
    [19, 1, false],
    [20, 0, false],
  ])("a seed with %i ok operations and %i effective faults counts: %s", (okCount, effectiveCount, counts) => {
    expect(countsAsSeed(digestRun(exampleResult({ okCount, effectiveCount }), { index: 0, wallMs: 1 }))).toBe(counts);
  });

  test("a digest of a valid run is small and any other one has its plan", () => {
    expect(digestRun(exampleResult(), { index: 3, wallMs: 7 })).toEqual({
      index: 3,
      seed: "1",
      verdict: "valid",
      why: "because",
      failureClass: null,
      ending: "completed",
      claims: [{ id: "C1", verdict: "valid" }],
      okCount: 30,
      operationCount: 33,
      injectedCount: 2,
      effectiveCount: 1,
      skippedCount: 1,
      runMs: 12_000,
      wallMs: 7,
      traceHash: "00ff",
    });
    expect(digestRun(exampleResult({ verdict: "unknown" }), { index: 3, wallMs: 7 }).plan).toEqual(examplePlan());
  });

  test("a tally keeps every count and the first digest of each class", () => {
    const tally = new Tally();
    tally.add(digestRun(exampleResult(), at(0)));
    tally.add(digestRun(exampleResult({ okCount: 3 }), at(1)));
    tally.add(digestRun(exampleResult({ verdict: "invalid", failureClass: "C1/x:y" }), at(2)));
    tally.add(digestRun(exampleResult({ verdict: "invalid", failureClass: "C1/x:y" }), at(3)));
    tally.add(lostRun(examplePlan(), { ...at(4), ending: "stuck", why: "slow" }));
    tally.add(lostRun(examplePlan(), { ...at(5), ending: "crashed", why: "broken" }));
    expect(tally).toMatchObject({ runCount: 6, countedCount: 3, invalidCount: 2, unknownCount: 2, stuckCount: 1, crashedCount: 1, wallMs: 12 });
    expect([...tally.classes].map(([name, { first, count }]) => [name, first.index, count])).toEqual([
      ["C1/x:y", 2, 2],
      ["stuck", 4, 1],
    ]);
  });
});
