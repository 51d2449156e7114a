// Timers of nodes and of the recorder.
import { describe, expect, test } from "vitest";
import type { Environment, Timers } from "../../harness/environment.ts";
import { createSimulation } from "./simulation.ts";
import { callOf, inSimulation, toyPlan, toySubject } from "./fixtures/toy.ts";

/** The same rules for both kinds. */
async function withTimers<T>(which: "node" | "recorder", body: (timers: Timers, nowMs: () => number) => Promise<T>): Promise<T> {
  return inSimulation({ start: () => undefined }, async (cluster) =>
    body(which === "node" ? cluster.clientEnvironment(0).timers : cluster.timers, () => cluster.nowNs() / 1e6),
  );
}

describe.each(["node", "recorder"] as const)("%s timers", (which) => {
  test("fire once, after their time", async () => {
    await withTimers(which, async (timers, nowMs) => {
      const startMs = nowMs();
      const fired: number[] = [];
      timers.after(5.5, () => fired.push(nowMs() - startMs));
      await timers.sleep(100);
      expect(fired.map((ms) => Math.round(ms * 1_000) / 1_000)).toEqual([5.5]);
    });
  });

  test("repeat until they are cancelled, also from within", async () => {
    await withTimers(which, async (timers) => {
      let count = 0;
      const timer = timers.every(10, () => {
        if (++count === 3) timers.cancel(timer);
      });
      await timers.sleep(200);
      expect(count).toBe(3);
    });
  });

  test("are cancelled before they fire; spent, unknown and zero ids are ignored", async () => {
    await withTimers(which, async (timers) => {
      const fired: string[] = [];
      const first = timers.after(1, () => fired.push("first"));
      const periodic = timers.every(5, () => fired.push("periodic"));
      timers.cancel(timers.after(10, () => fired.push("cancelled")));
      await timers.sleep(2);
      timers.cancel(first);
      timers.cancel(0);
      timers.cancel(123_456_789);
      timers.cancel(periodic);
      timers.cancel(periodic);
      timers.after(1, () => fired.push("last"));
      await timers.sleep(50);
      expect(fired).toEqual(["first", "last"]);
    });
  });

  test("take a time in the past as now, and refuse what is no time", async () => {
    await withTimers(which, async (timers, nowMs) => {
      const startMs = nowMs();
      await timers.sleep(-50);
      expect(nowMs() - startMs).toBeLessThan(0.01);
      expect(() => timers.after(Number.NaN, () => undefined)).toThrow(RangeError);
      expect(() => timers.after(Number.POSITIVE_INFINITY, () => undefined)).toThrow(RangeError);
    });
  });

  test("let a sleep be aborted: it rejects with the reason and leaves no timer behind", async () => {
    await withTimers(which, async (timers) => {
      const abort = new AbortController();
      const sleep = timers.sleep(1_000, abort.signal);
      timers.after(5, () => abort.abort(new Error("enough")));
      await expect(sleep).rejects.toThrow("enough");
      await expect(timers.sleep(1, abort.signal)).rejects.toThrow("enough");
    });
  });
});

describe("recorder timers", () => {
  test("come before every event of the world at their instant, and shift none of them", async () => {
    const traceOf = async (extraTimers: boolean): Promise<{ order: string[]; hash: string | undefined }> => {
      const order: string[] = [];
      const hash = await inSimulation(
        { plan: toyPlan(), start: (environment: Environment) => void environment.timers.every(1, () => order.push(environment.self)) },
        async (cluster) => {
          if (extraTimers) cluster.timers.every(0.5, () => order.push("recorder"));
          await cluster.timers.sleep(10);
          return cluster.statistics().traceHash;
        },
      );
      return { order, hash };
    };
    const [without, withTimers] = [await traceOf(false), await traceOf(true)];
    expect(withTimers.order).toContain("recorder");
    expect(withTimers.order.filter((name) => name !== "recorder")).toEqual(without.order);
    expect(withTimers.hash).toBe(without.hash);
  });

  test("come first at an instant that they share with timers of nodes", async () => {
    const order: string[] = [];
    await createSimulation(toySubject((environment) => void environment.timers.every(1, () => order.push(environment.self)))).run(
      toyPlan({ nodes: 2 }),
      async (cluster) => {
        void cluster.start();
        await cluster.timers.sleep(0.001);
        cluster.timers.after(0.999, () => order.push("recorder"));
        await cluster.timers.sleep(1.5);
      },
    );
    expect(order).toEqual(["recorder", "n1", "n2"]);
  });

  test("never fire at the instant at which they were set, so that a script can name it", async () => {
    await inSimulation(
      { start: (environment) => environment.network.serve((_request, _from, answer) => answer({ status: 200, body: "ok" })) },
      async (cluster) => {
        await callOf(cluster.clientEnvironment(0), "n1");
        const startNs = cluster.nowNs();
        await cluster.timers.sleep(0);
        expect(cluster.nowNs() - startNs).toBe(1_000);
      },
    );
  });
});
