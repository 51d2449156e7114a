import { describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { errorOfJob, WorkerPool, type JobOutcome } from "./worker-pool.ts";

const entry = new URL("./fixtures/worker.fixture.ts", import.meta.url);

function pool(options: { readonly size?: number; readonly wallLimitMs?: number; readonly jobsAhead?: number } = {}): WorkerPool {
  return new WorkerPool({ entry, size: 2, wallLimitMs: 20_000, ...options });
}

const done = (result: JobOutcome): unknown => (result.kind === "done" ? result.result : result.kind);

describe("a worker pool", () => {
  test("answers every job with its own result, in any number", async () => {
    await using workers = pool();
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => workers.run(index)));
    expect(outcomes.map(done)).toEqual(Array.from({ length: 200 }, (_, index) => ({ echoed: index })));
  });

  test("uses every thread and no more", async () => {
    await using workers = pool({ jobsAhead: 1 });
    const threads = await Promise.all(Array.from({ length: 40 }, () => workers.run("thread")));
    expect(new Set(threads.map(done)).size).toBe(2);
  });

  test.each(["hang", "wait"])("kills a job that does %s, and loses no other one", async (how) => {
    await using workers = pool({ size: 1, wallLimitMs: 1_000 });
    const outcomes = await Promise.all([workers.run("before"), workers.run(how), ...Array.from({ length: 30 }, (_, index) => workers.run(index))]);
    expect(outcomes.map(done)).toEqual([{ echoed: "before" }, "stuck", ...Array.from({ length: 30 }, (_, index) => ({ echoed: index }))]);
    expect(outcomes[1]).toEqual({ kind: "stuck", afterMs: 1_000 });
  });

  test.each([
    ["exit", /exit code 7/],
    ["uncaught", /thrown beside the job/],
  ])("survives a job that takes its thread down by %s", async (how, reason) => {
    await using workers = pool({ size: 1 });
    const outcomes = await Promise.all([workers.run(how), workers.run("after")]);
    expect(outcomes).toEqual([
      { kind: "crashed", reason: expect.stringMatching(reason) },
      { kind: "done", result: { echoed: "after" } },
    ]);
  });

  test("carries exceptions over, mistakes of the user as such", async () => {
    await using workers = pool({ size: 1 });
    const [thrown, usage] = await Promise.all([workers.run("throw"), workers.run("usage")]);
    expect(thrown.kind === "failed" && errorOfJob(thrown.error)).toMatchObject({ message: "as asked", stack: expect.stringContaining("worker.fixture") });
    const error = usage.kind === "failed" ? errorOfJob(usage.error) : undefined;
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: "code", message: "problem", wayOut: "way out" });
  });

  test("does not take a finished job for a hanging one because this thread was busy itself", async () => {
    await using workers = pool({ size: 1, wallLimitMs: 1_000, jobsAhead: 1 });
    await workers.run("started");
    // From here the event loop comes to its timers before it reads messages: the wall has passed, the answer lies unread.
    await new Promise((resolve) => setImmediate(resolve));
    const job = workers.run("quick");
    const end = performance.now() + 2_000;
    while (performance.now() < end);
    expect(await job).toEqual({ kind: "done", result: { echoed: "quick" } });
  });

  test("does not hold a slow start of its thread against the job", async () => {
    await using workers = new WorkerPool({ entry, size: 1, wallLimitMs: 1_000, workerData: 2_000 });
    expect(await workers.run("first")).toEqual({ kind: "done", result: { echoed: "first" } });
  });

  test("closes at once, also in the middle of an endless job, and then takes no more", async () => {
    const workers = pool({ size: 1 });
    const hanging = workers.run("hang");
    const waiting = workers.run("never begun");
    await workers.close();
    expect([await hanging, await waiting, await workers.run("late")].map(done)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  test("takes back what still waits when its signal is aborted", async () => {
    await using workers = pool({ size: 1, jobsAhead: 1 });
    const controller = new AbortController();
    const begun = workers.run("begun", controller.signal);
    const waiting = workers.run("waiting", controller.signal);
    controller.abort();
    expect([await begun, await waiting, await workers.run("late", controller.signal)].map(done)).toEqual([{ echoed: "begun" }, "cancelled", "cancelled"]);
  });

  test("reports an entry that cannot be loaded for every job instead of waiting for ever", async () => {
    await using workers = new WorkerPool({ entry: new URL("./fixtures/none.ts", import.meta.url), size: 1, wallLimitMs: 20_000 });
    const outcomes = await Promise.all([workers.run(1), workers.run(2)]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["crashed", "crashed"]);
  });
});
