// Probes: what is counted, what is reported, what a run may ask for in local trouble.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../harness/json.ts";
import { inSimulation, toyPlan } from "./fixtures/toy.ts";

describe("probes", () => {
  test("count what held and failed, and report each failed always and each reached unreachable", async () => {
    const reported: unknown[] = [];
    await inSimulation(
      {
        start: (environment) => {
          if (environment.self !== "n1") return;
          environment.timers.after(1, () => {
            environment.probe.always(true, "a");
            environment.probe.always(false, "a", () => ({ why: "because" }));
            environment.probe.sometimes(false, "s", () => expect.unreachable());
            environment.probe.reachable("r");
            environment.probe.unreachable("u", () => 7);
          });
        },
      },
      async (cluster) => {
        cluster.subscribe({ fact: () => undefined, died: () => undefined, log: () => undefined, probe: (probe) => void reported.push(probe) });
        await cluster.timers.sleep(10);
        expect(cluster.statistics().probes).toEqual({
          a: { heldCount: 1, failedCount: 1 },
          s: { heldCount: 0, failedCount: 1 },
          r: { heldCount: 1, failedCount: 0 },
          u: { heldCount: 0, failedCount: 1 },
        });
      },
    );
    expect(reported).toEqual([
      { node: "n1", id: "a", kind: "always", detail: { why: "because" } },
      { node: "n1", id: "u", kind: "unreachable", detail: { detail: 7 } },
    ]);
  });

  test("forward facts, logs and marks in the order in which they happened", async () => {
    const seen: JsonObject[] = [];
    await inSimulation(
      {
        start: (environment) => {
          environment.timers.after(1, () => {
            environment.probe.fact("first", { of: environment.self });
            environment.log("info", "between", { x: 1 });
            environment.probe.fact("second", {});
            environment.probe.mark("m");
          });
        },
      },
      async (cluster) => {
        cluster.subscribe({
          fact: ({ node, kind, data, incarnation }) => void seen.push({ node, kind, data, incarnation }),
          log: ({ node, message, timeNs }) => void seen.push({ node, kind: message, timeNs }),
          probe: () => undefined,
          died: () => undefined,
        });
        await cluster.timers.sleep(10);
        expect(cluster.statistics().marks).toEqual({ m: 3 });
      },
    );
    expect(seen.filter(({ node }) => node === "n2")).toEqual([
      { node: "n2", kind: "first", data: { of: "n2" }, incarnation: 1 },
      { node: "n2", kind: "between", timeNs: 1_000_000 },
      { node: "n2", kind: "second", data: {}, incarnation: 1 },
    ]);
    expect(seen).toHaveLength(9);
  });

  test("an observer that throws fails the run, not the node", async () => {
    const run = inSimulation({ start: (environment) => void environment.timers.after(1, () => environment.probe.fact("x", {})) }, async (cluster) => {
      const mistake = (): never => {
        throw new Error("recorder broke");
      };
      cluster.subscribe({ fact: mistake, probe: mistake, died: mistake, log: mistake });
      await cluster.timers.sleep(10);
    });
    await expect(run).rejects.toThrow("recorder broke");
  });
});

describe("probe.fault", () => {
  async function firings(probeFaults: boolean): Promise<{ activeShare: number; firedShare: number }> {
    let activeCount = 0;
    let firedCount = 0;
    const seedCount = 200;
    const passCount = 40;
    for (let seed = 0; seed < seedCount; seed++) {
      let fired = 0;
      await inSimulation(
        {
          plan: toyPlan({ seed: String(seed), nodes: 1, simulation: { probeFaults } }),
          start: (environment) => {
            for (let pass = 0; pass < passCount; pass++) if (environment.probe.fault("site")) fired++;
          },
        },
        () => Promise.resolve(),
      );
      if (fired > 0) activeCount++;
      firedCount += fired;
    }
    return { activeShare: activeCount / seedCount, firedShare: activeCount === 0 ? 0 : firedCount / activeCount / passCount };
  }

  test("fires at a quarter of the passes in a quarter of the runs", async () => {
    const { activeShare, firedShare } = await firings(true);
    expect(activeShare).toBeGreaterThan(0.15);
    expect(activeShare).toBeLessThan(0.35);
    expect(firedShare).toBeGreaterThan(0.2);
    expect(firedShare).toBeLessThan(0.3);
  });

  test("never fires unless the run is drawn to have local trouble", async () => {
    expect((await firings(false)).activeShare).toBe(0);
  });
});
