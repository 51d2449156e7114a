// Options and the swarm draw: what is refused, what is drawn, what stays.
import { describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import { resolveOptions, simulationOptions } from "./options.ts";
import { toyPlan } from "./fixtures/toy.ts";

describe("options", () => {
  test("have a default for every member", () => {
    expect(simulationOptions(undefined)).toMatchObject({ swarm: false, latencyMeanMs: 1, lossProbability: 0, failedFsync: "drawn", restartDelayMs: 500 });
    expect(simulationOptions({ latencyMeanMs: 7 }).latencyMeanMs).toBe(7);
  });

  test.each([
    [{ latencyMeanMS: 3 }, "latencyMeanMS does not exist"],
    [{ toString: 3 }, "toString does not exist"],
    [{ latencyMeanMs: "3" }, 'latencyMeanMs must be a number, not "3"'],
    [{ latencyMeanMs: -1 }, "latencyMeanMs must be a number from 0 on, not -1"],
    [{ latencyMeanMs: Number.NaN }, "latencyMeanMs must be a number from 0 on, not NaN"],
    [{ lossProbability: 1.5 }, "lossProbability is a probability: at most 1, not 1.5"],
    [{ swarm: 1 }, "swarm must be a boolean, not 1"],
    [{ failedFsync: "lost" }, 'failedFsync must be one of kept, reverted, drawn, not "lost"'],
  ])("that are wrong are refused by name: %o", (given, message) => {
    expect(() => simulationOptions(given)).toThrow(message);
    expect(() => simulationOptions(given)).toThrow(UsageError);
  });
});

describe("resolve", () => {
  const swarm = (seed: string, simulation = {}): ReturnType<typeof resolveOptions> =>
    resolveOptions(toyPlan({ seed, simulation: { swarm: true, ...simulation } }));

  test("makes every drawn value explicit, the same for the same seed, another for another", () => {
    const first = swarm("1");
    expect(first.options.simulation).not.toHaveProperty("swarm");
    expect(swarm("1")).toEqual(first);
    expect(new Set(Array.from({ length: 50 }, (_, seed) => JSON.stringify(swarm(String(seed)).options.simulation))).size).toBeGreaterThan(45);
  });

  test("draws every value of every range over the seeds", () => {
    const drawn = Array.from({ length: 300 }, (_, seed) => simulationOptions(swarm(String(seed)).options.simulation));
    const values = (name: keyof (typeof drawn)[number]): unknown[] =>
      [...new Set(drawn.map((options) => options[name]))].toSorted((a, b) => Number(a) - Number(b));
    expect(values("latencyMaxMs")).toEqual([5, 20, 60, 150]);
    expect(values("lossProbability")).toEqual([0, 0.02, 0.1, 0.25]);
    expect(values("duplicateProbability")).toEqual([0, 0.05, 0.2, 0.5]);
    expect(values("diskFsyncMs")).toEqual([0.2, 1, 5, 20]);
    expect(new Set(values("failedFsync"))).toEqual(new Set(["kept", "reverted"]));
    expect(new Set(values("probeFaults"))).toEqual(new Set([false, true]));
    expect(new Set(values("shuffleTies"))).toEqual(new Set([false, true]));
  });

  test("keeps what the plan says itself, and keeps the draw when the plan is seeded anew", () => {
    const plan = swarm("1", { lossProbability: 0.9 });
    expect(plan.options.simulation?.["lossProbability"]).toBe(0.9);
    expect(resolveOptions({ ...plan, seed: "2" }).options).toEqual(plan.options);
  });

  test("draws at least what a disk does after a failed fsync, and is idempotent", () => {
    const plan = resolveOptions(toyPlan({ seed: "1" }));
    expect(plan.options.simulation).toEqual({ failedFsync: expect.stringMatching(/kept|reverted/) });
    expect(resolveOptions(plan)).toBe(plan);
  });
});
