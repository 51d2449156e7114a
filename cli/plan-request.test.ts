// What a command line asks for becomes a plan, and the line that repeats it.
import { describe, expect, test } from "vitest";
import { system } from "./fixtures/tiny-system.ts";
import type { Settings } from "./options.ts";
import { planAt, planRequest, runLine, type PlanRequest } from "./plan-request.ts";

const request = (settings: Partial<Settings>): PlanRequest =>
  planRequest({ system, module: "file:///tiny.ts" }, { systemText: "./tiny.ts", settings: { store: ".faultline", ...settings }, freshSeed: "f" });

describe("a plan in real time", () => {
  const mechanisms = { clock: "vdso", powerCut: "filesystem", network: "namespaces", toxiproxy: "http://127.0.0.1:8474" };

  test("holds the mechanisms that the user chose, and its line names them", () => {
    const asked = request({ runtime: "process", seed: "7", ...mechanisms });
    const plan = planAt(asked, 0);
    expect(plan.options.realTime).toEqual(mechanisms);
    expect(runLine(asked, plan.seed)).toBe(
      "run ./tiny.ts --runtime process --toxiproxy http://127.0.0.1:8474 --clock vdso --power-cut filesystem --network namespaces --seed 7-0",
    );
  });

  test("draws everything else as in simulation, but is longer and busier", () => {
    const [virtual, real] = [planAt(request({ seed: "7" }), 0), planAt(request({ seed: "7", runtime: "process" }), 0)];
    const { durationMs, rateHz, runtime, options, ...same } = real;
    expect(virtual).toMatchObject(same);
    expect([runtime, rateHz, options]).toEqual(["process", virtual.rateHz * 4, {}]);
    expect([8_000, 12_000, 20_000]).toContain(durationMs);
    expect(planAt(request({ seed: "7-0", runtime: "container" }), 0)).toEqual({ ...real, runtime: "container" });
  });

  test("keeps the length and the load that the user chose", () => {
    expect(planAt(request({ runtime: "process", duration: 1_000, rate: 3 }), 0)).toMatchObject({ durationMs: 1_000, rateHz: 3 });
  });

  test("of different seeds has different lengths", () => {
    const asked = request({ runtime: "process" });
    expect(new Set(Array.from({ length: 30 }, (_, index) => planAt(asked, index).durationMs)).size).toBe(3);
  });
});

test("a mechanism that the simulation does not have is a mistake, not a wish that is forgotten", () => {
  expect(() => request({ powerCut: "filesystem" })).toThrow("--power-cut is about runs in real time");
  expect(() => request({ runtime: "simulation", clock: "vdso" })).toThrow("--clock is about runs in real time");
});
