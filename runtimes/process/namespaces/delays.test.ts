import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Delays, probeNetem } from "./delays.ts";
import { Villager, whyNot } from "./fixtures/hamlet.ts";
import { ask, type Place } from "./fixtures/talk.ts";
import { createRouter, type Router } from "./router.ts";

const limitMs = 5_000;

describe.skipIf(whyNot !== "")(`delays${whyNot}`, () => {
  let router: Router;
  let villagers: readonly Villager[];
  beforeEach(async () => {
    router = await createRouter({ runId: `delays-${process.pid}`, nodes: ["n1", "n2"], clients: ["client-0", "client-1"] });
    villagers = await Promise.all(["n1", "n2"].map(async (node) => await Villager.begin(router.holderOf(node).prefix)));
  });
  afterEach(async () => {
    await router.close();
  });

  /** Straight to the server on a link's address: these tests have no rules that map ports. */
  function place(from: string, to: string): Place {
    return { host: router.plan.link({ from, to }), port: villagers[router.plan.indexOf(to)]?.ports.tcp ?? 0 };
  }

  test("lead exactly the packets of the named directions through the queue, and count them", async () => {
    const delays = new Delays(router, { capability: true, queueOf: () => "pfifo limit 1000" });
    const links = [
      { from: "client-0", to: "n1" },
      { from: "n1", to: "n2" },
    ];
    await delays.begin({ id: "f", kind: "slow", params: { latencyMs: 1, jitterMs: 0 }, links }, 1);
    expect(await ask(place("client-1", "n1"), "x", limitMs)).toBe("x");
    expect(await ask(place("client-0", "n2"), "x", limitMs)).toBe("x");
    expect(await delays.end(1)).toEqual({ affectedCount: 0, detail: { packetCount: 0 } });

    await delays.begin({ id: "f", kind: "slow", params: { latencyMs: 1, jitterMs: 0 }, links }, 2);
    expect(await ask(place("client-0", "n1"), "x", limitMs)).toBe("x");
    const first = (await delays.end(2)).affectedCount;
    expect(first).toBeGreaterThan(2);
    expect(first).toBeLessThan(9);

    await delays.begin({ id: "f", kind: "slow", params: { latencyMs: 1, jitterMs: 0 }, links }, 3);
    expect(await villagers[0]?.do({ act: "ask", place: place("n1", "n2"), text: "x", limitMs })).toBe("x");
    expect((await delays.end(3)).affectedCount).toBeGreaterThan(2);
    expect(await router.hub.run(["tc", "class", "show", "dev", "n0"])).toBe("");
  });

  test("delay by at least the latency, one way only (skips itself where the kernel has no netem)", async (context) => {
    const capability = await probeNetem(async (command) => await router.hub.run(command));
    if (capability !== true) return context.skip(capability);
    const delays = new Delays(router, { capability });
    const timed = async (from: string): Promise<number> => {
      const begin = performance.now();
      expect(await ask(place(from, "n1"), "x", limitMs)).toBe("x");
      return performance.now() - begin;
    };
    await delays.begin({ id: "f", kind: "slow", params: { latencyMs: 100, jitterMs: 20 }, links: [{ from: "client-0", to: "n1" }] }, 1);
    expect(await timed("client-0")).toBeGreaterThan(200);
    expect(await timed("client-1")).toBeLessThan(100);
    expect((await delays.end(1)).affectedCount).toBeGreaterThan(2);
    expect(await timed("client-0")).toBeLessThan(100);
  });
});
