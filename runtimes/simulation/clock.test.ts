// Wall clocks: steps, drifts, what undoes them, and whom they concern.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../harness/environment.ts";
import type { Fault } from "../../harness/faults.ts";
import { ActiveFault } from "./active-fault.ts";
import { epochMs, HostClock } from "./clock.ts";
import { inSimulation } from "./fixtures/toy.ts";

const step = (offsetMs: number, id = "step"): Fault => ({ id, kind: "clock-step", targets: { nodes: ["n1"] }, params: { offsetMs } });
const drift = (ratePpm: number, id = "drift"): Fault => ({ id, kind: "clock-drift", targets: { nodes: ["n1"] }, params: { ratePpm } });

function activeOf(fault: Fault): ActiveFault {
  return new ActiveFault(fault, ["n1"]);
}

describe("a host's clock", () => {
  test("shows the true time in whole milliseconds when nothing is wrong", () => {
    expect([0, 999, 1_000, 12_345_678].map((nowUs) => new HostClock().wallMs(nowUs) - epochMs)).toEqual([0, 0, 1, 12_345]);
  });

  test("adds up the steps in force and takes each back by itself", () => {
    const clock = new HostClock();
    const [first, second] = [activeOf(step(100)), activeOf(step(-30, "back"))];
    clock.step(first, 100);
    clock.step(second, -30);
    expect(clock.wallMs(1_000_000) - epochMs).toBe(1_070);
    clock.lift(first, 1_000_000);
    expect(clock.wallMs(1_000_000) - epochMs).toBe(970);
    clock.lift(second, 1_000_000);
    expect(clock.wallMs(1_000_000) - epochMs).toBe(1_000);
    expect([first.affectedCount, second.affectedCount]).toEqual([1, 2]);
  });

  test("drifts at its rate, then slews back at the same rate, and never jumps", () => {
    const clock = new HostClock();
    const fault = activeOf(drift(100_000));
    clock.drift(fault, 100_000, 1_000_000);
    expect(clock.wallMs(2_000_000) - epochMs).toBe(2_100);
    clock.lift(fault, 2_000_000);
    expect([2_000_000, 2_500_000, 3_000_000, 4_000_000].map((nowUs) => clock.wallMs(nowUs) - epochMs)).toEqual([2_100, 2_550, 3_000, 4_000]);
    expect(fault.affectedCount).toBe(1);
  });

  test("under drifts alone never goes back, whenever they begin and end", () => {
    const plan = fc.array(fc.record({ ratePpm: fc.integer({ min: -400_000, max: 400_000 }), beginMs: fc.nat(500), lengthMs: fc.nat(500) }), { maxLength: 2 });
    fc.assert(
      fc.property(plan, (drifts) => {
        const clock = new HostClock();
        const active = drifts.map(({ ratePpm }) => activeOf(drift(ratePpm)));
        let last = Number.NEGATIVE_INFINITY;
        for (let ms = 0; ms < 1_500; ms++) {
          drifts.forEach(({ ratePpm, beginMs, lengthMs }, index) => {
            const fault = active[index];
            if (fault === undefined) return;
            if (ms === beginMs) clock.drift(fault, ratePpm, ms * 1_000);
            if (ms === beginMs + lengthMs) clock.lift(fault, ms * 1_000);
          });
          const wallMs = clock.wallMs(ms * 1_000);
          if (wallMs < last) throw new Error(`the clock went back at ${ms} ms`);
          last = wallMs;
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("clock faults in a cluster", () => {
  test("move exactly the node named, its wall clock only, and survive its restart", async () => {
    const environments = new Map<string, Environment>();
    await inSimulation({ start: (environment) => void environments.set(environment.self, environment) }, async (cluster) => {
      const skewMs = (name: string): number => (environments.get(name)?.clock.wall() ?? 0) - epochMs - Math.floor(cluster.nowNs() / 1e6);
      await cluster.timers.sleep(10);
      await cluster.faults.inject(step(5_000));
      const monotonicMs = environments.get("n1")?.clock.monotonic() ?? 0;
      expect([skewMs("n1"), skewMs("n2"), skewMs("n3")]).toEqual([5_000, 0, 0]);
      expect(monotonicMs).toBeLessThan(20);
      await cluster.faults.inject({ id: "kill", kind: "kill", targets: { nodes: ["n1"] }, params: {} });
      await cluster.faults.lift("kill");
      await cluster.timers.sleep(10);
      expect(environments.get("n1")?.incarnation).toBe(2);
      expect(environments.get("n1")?.clock.monotonic()).toBeLessThan(11);
      expect(skewMs("n1")).toBe(5_000);
      expect((await cluster.faults.lift("step")).affectedCount).toBe(2);
      expect(skewMs("n1")).toBe(0);
    });
  });

  test("have no effect on a node that never reads its wall clock", async () => {
    await inSimulation({ start: (environment) => void environment.timers.every(10, () => environment.clock.monotonic()) }, async (cluster) => {
      await cluster.faults.inject(step(5_000));
      await cluster.faults.inject(drift(1_000));
      await cluster.timers.sleep(100);
      expect([(await cluster.faults.lift("step")).affectedCount, (await cluster.faults.lift("drift")).affectedCount]).toEqual([0, 0]);
    });
  });
});
