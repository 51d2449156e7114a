// The network from outside: what nodes and clients see of calls and the faults on them.
import { describe, expect, test } from "vitest";
import type { CallErrorKind, Environment } from "../../harness/environment.ts";
import type { Target } from "../../harness/faults.ts";
import type { Json } from "../../harness/json.ts";
import { calmPlan, fault, inEcho } from "./fixtures/echo.ts";
import { callOf, inSimulation } from "./fixtures/toy.ts";

const n1: Target = { nodes: ["n1"] };

describe("calls", () => {
  test("reach the handler once, with the sender's name, and bring back its answer after two latencies", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      const startNs = cluster.nowNs();
      expect(await callOf(at("client-0"), "n2", { x: 1 })).toEqual({ at: "n2", from: "client-0", body: { x: 1 } });
      expect(cluster.nowNs() - startNs).toBe(2_000_000);
      expect(received).toEqual([{ x: 1 }]);
    });
  });

  test("in flight together overtake each other", async () => {
    const order = await inEcho(
      async ({ at }) => {
        const order: number[] = [];
        await Promise.all(Array.from({ length: 8 }, (_, index) => callOf(at("n1"), "n2", index).then(() => order.push(index))));
        return order;
      },
      { latencyMeanMs: 5, latencyMaxMs: 50 },
    );
    expect(order).toHaveLength(8);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });

  test("take one of eight connections, then wait in a queue of a thousand, then are refused", async () => {
    await inEcho(async ({ at, received }) => {
      const outcomes = await Promise.all(Array.from({ length: 1_009 }, (_, index) => callOf(at("n1"), "n2", index, 100_000)));
      expect(outcomes.filter((outcome) => outcome === "Refused")).toHaveLength(1);
      expect(outcomes[1_008]).toBe("Refused");
      expect(received).toHaveLength(1_008);
    });
  });

  test("that wait for a connection time out like any other and are then never sent", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("partition", { nodes: ["n2"] }, {}));
      const outcomes = await Promise.all(Array.from({ length: 9 }, (_, index) => callOf(at("n1"), "n2", index, index === 8 ? 10 : 20)));
      expect(outcomes).toEqual(Array.from({ length: 9 }, () => "Timeout"));
      await cluster.faults.heal();
      await cluster.timers.sleep(50);
      expect(received.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });
  });

  test("without a time limit are a mistake of the caller", async () => {
    await inEcho(async ({ at }) => {
      for (const timeoutMs of [Number.POSITIVE_INFINITY, Number.NaN])
        expect(() => at("n1").network.call("n2", { method: "GET", path: "/" }, { timeoutMs }, () => undefined)).toThrow(RangeError);
      return Promise.resolve();
    });
  });

  test("to a host that does not exist are refused", async () => {
    await inEcho(async ({ at }) => expect(await callOf(at("n1"), "n9")).toBe("Refused"));
  });

  test("whose handler is slower than the limit time out, and its late answer is dropped", async () => {
    let answers = 0;
    await inSimulation(
      {
        plan: calmPlan,
        start: (environment) => environment.network.serve((_request, _from, answer) => void environment.timers.after(50, () => answer({ status: 200 }))),
      },
      async (cluster) => {
        cluster.clientEnvironment(0).network.call("n1", { method: "GET", path: "/" }, { timeoutMs: 20 }, () => answers++);
        await cluster.timers.sleep(200);
      },
    );
    expect(answers).toBe(1);
  });

  test("answer only once, however often the handler does", async () => {
    let answers = 0;
    await inSimulation(
      {
        plan: calmPlan,
        start: (environment) =>
          environment.network.serve((_request, _from, answer) => {
            answer({ status: 200 });
            answer({ status: 500 });
          }),
      },
      async (cluster) => {
        cluster.clientEnvironment(0).network.call("n1", { method: "GET", path: "/" }, { timeoutMs: 20 }, (_error, reply) => (answers += reply?.status ?? 0));
        await cluster.timers.sleep(200);
      },
    );
    expect(answers).toBe(200);
  });

  test("with a body beyond 16 MiB are TooLarge and never arrive; at the limit they arrive", async () => {
    await inEcho(async ({ at, received }) => {
      const limit = 16 * 1_024 * 1_024;
      expect(await callOf(at("n1"), "n2", "x".repeat(limit - 1))).toBe("TooLarge");
      expect(received).toHaveLength(0);
      expect(await callOf(at("n1"), "n2", "x".repeat(limit - 2))).not.toBe("TooLarge");
    });
  });

  test("to a node that is down are refused, and certainly so", async () => {
    await inEcho(async ({ cluster, at }) => {
      await cluster.faults.inject(fault("kill", n1, {}));
      const definite = await new Promise<boolean | undefined>((resolve) =>
        at("n2").network.call("n1", { method: "GET", path: "/" }, { timeoutMs: 100 }, (error) => resolve(error?.isDefinite)),
      );
      expect(definite).toBe(true);
    });
  });

  test("that are under way to a node when it dies are reset and never reach its successor", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      const outcome = callOf(at("n2"), "n1", "old");
      await cluster.faults.inject(fault("kill", n1, {}));
      await cluster.faults.heal();
      expect(await outcome).toBe("Reset");
      expect(await callOf(at("n2"), "n1", "new")).toMatchObject({ body: "new" });
      expect(received).toEqual(["new"]);
    });
  });

  test("whose reply had left before the node died get it", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      const outcome = callOf(at("n2"), "n1", "x");
      await cluster.timers.sleep(1.5);
      expect(received).toEqual(["x"]);
      await cluster.faults.inject(fault("kill", n1, {}));
      expect(await outcome).toMatchObject({ at: "n1" });
    });
  });

  test("that a node is handling when it dies are reset", async () => {
    await inSimulation({ plan: calmPlan, start: (environment) => environment.network.serve(() => undefined) }, async (cluster) => {
      const outcome = callOf(cluster.clientEnvironment(0), "n1");
      await cluster.timers.sleep(20);
      await cluster.faults.inject(fault("kill", n1, {}));
      expect(await outcome).toBe("Reset");
    });
  });
});

describe("a partition", () => {
  /** For every ordered pair of hosts, whether a call gets an answer. */
  async function reachability(at: (name: string) => Environment): Promise<string[]> {
    const blocked: string[] = [];
    for (const from of ["n1", "n2", "n3", "client-0"])
      for (const to of ["n1", "n2", "n3"]) if (from !== to && (await callOf(at(from), to, null, 20)) === "Timeout") blocked.push(`${from} ${to}`);
    return blocked;
  }

  test("stops exactly the links between the targets and the other nodes, both ways, and no clients", async () => {
    await inEcho(async ({ cluster, at }) => {
      await cluster.faults.inject(fault("partition", n1, {}));
      expect(await reachability(at)).toEqual(["n1 n2", "n1 n3", "n2 n1", "n3 n1"]);
      await cluster.faults.lift("partition");
      expect(await reachability(at)).toEqual([]);
    });
  });

  test("stops clients too when asked to, also those that appear later", async () => {
    await inEcho(async ({ cluster, at }) => {
      await cluster.faults.inject(fault("partition", n1, { clients: true }));
      expect(await callOf(at("client-7"), "n1", null, 20)).toBe("Timeout");
      expect(await callOf(at("client-7"), "n2", null, 20)).toMatchObject({ at: "n2" });
    });
  });

  test.each([
    ["in", 0],
    ["out", 1],
  ] as const)("one way (%s) lets requests through the open direction: the handler of the far side ran %i times", async (direction, handledCount) => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("partition", n1, { direction }));
      expect(await callOf(at("n2"), "n1", "x", 50)).toBe("Timeout");
      expect(received).toHaveLength(handledCount);
    });
  });

  test("by links stops those and no others", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("partition", { nodes: [] }, { links: [{ from: "n1", to: "n2" }] }));
      expect(await callOf(at("n1"), "n2", "there", 20)).toBe("Timeout");
      expect(received).toEqual([]);
      expect(await callOf(at("n2"), "n1", "back", 20)).toBe("Timeout");
      expect(received).toEqual(["back"]);
      expect(await callOf(at("n1"), "n3", "x", 20)).toMatchObject({ at: "n3" });
    });
  });

  test("delivers on heal what it stalled, also the requests of calls that timed out long ago", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("partition", n1, {}));
      expect(await callOf(at("n2"), "n1", "late", 20)).toBe("Timeout");
      const patient = callOf(at("n2"), "n1", "patient", 5_000);
      await cluster.timers.sleep(1_000);
      expect(received).toEqual([]);
      const effect = await cluster.faults.lift("partition");
      expect(await patient).toMatchObject({ body: "patient" });
      expect(new Set(received)).toEqual(new Set(["late", "patient"]));
      expect(effect.affectedCount).toBe(2);
    });
  });

  test("that cuts resets on heal what it stalled, and delivers nothing of it", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("partition", n1, { onHeal: "cut" }));
      const outcome = callOf(at("n2"), "n1", "lost", 5_000);
      await cluster.timers.sleep(100);
      await cluster.faults.lift("partition");
      expect(await outcome).toBe("Reset");
      await cluster.timers.sleep(100);
      expect(received).toEqual([]);
    });
  });

  test("that stalled nothing has no effect", async () => {
    await inEcho(async ({ cluster, at }) => {
      await cluster.faults.inject(fault("partition", n1, {}));
      await callOf(at("n2"), "n3");
      expect((await cluster.faults.lift("partition")).affectedCount).toBe(0);
    });
  });

  test("lifts only with the last of those that overlap", async () => {
    await inEcho(async ({ cluster, at }) => {
      await cluster.faults.inject(fault("partition", n1, {}, "first"));
      await cluster.faults.inject(fault("partition", { nodes: ["n2"] }, {}, "second"));
      await cluster.faults.lift("first");
      expect(await callOf(at("n1"), "n2", null, 20)).toBe("Timeout");
      expect(await callOf(at("n1"), "n3", null, 20)).toMatchObject({ at: "n3" });
      await cluster.faults.lift("second");
      expect(await callOf(at("n1"), "n2", null, 20)).toMatchObject({ at: "n2" });
    });
  });

  test("never delivers to the successor of a node what it stalled on the way to it", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("partition", n1, {}));
      await callOf(at("n2"), "n1", "stale", 20);
      await cluster.faults.inject(fault("kill", n1, {}));
      await cluster.faults.heal();
      await cluster.timers.sleep(100);
      expect(received).toEqual([]);
    });
  });
});

describe("other faults of streams", () => {
  test("refuse: calls to the targets are refused, calls from them are not", async () => {
    await inEcho(async ({ cluster, at }) => {
      await cluster.faults.inject(fault("refuse", n1, {}));
      expect(await callOf(at("n2"), "n1")).toBe("Refused");
      expect(await callOf(at("n1"), "n2")).toMatchObject({ at: "n2" });
      expect((await cluster.faults.lift("refuse")).affectedCount).toBe(1);
      expect(await callOf(at("n2"), "n1")).toMatchObject({ at: "n1" });
    });
  });

  test("half-open: the handler runs, the reply is lost", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("half-open", n1, {}));
      expect(await callOf(at("n2"), "n1", "x", 50)).toBe("Timeout");
      expect(received).toEqual(["x"]);
      expect((await cluster.faults.lift("half-open")).affectedCount).toBe(1);
    });
  });

  test("reset: what is under way is reset at once and not delivered", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      const outcome = callOf(at("n2"), "n1", "x");
      const injection = await cluster.faults.inject(fault("reset", n1, { probability: 0 }));
      expect([await outcome, received, injection.detail]).toEqual(["Reset", [], { resetConnections: 1 }]);
    });
  });

  test("reset: while in force it hits exchanges before delivery and after, with its probability", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      await cluster.faults.inject(fault("reset", n1, { probability: 0.5 }));
      const outcomes: Json[] = [];
      for (let index = 0; index < 200; index++) outcomes.push(await callOf(at("n2"), "n1", index));
      const resetCount = outcomes.filter((outcome) => outcome === ("Reset" satisfies CallErrorKind)).length;
      expect(resetCount).toBeGreaterThan(60);
      expect(resetCount).toBeLessThan(140);
      expect(received.length).toBeGreaterThan(200 - resetCount + 15);
      expect(received.length).toBeLessThan(200 - 15);
      expect((await cluster.faults.lift("reset")).affectedCount).toBe(resetCount);
    });
  });

  test("slow: every message on the targets' links takes so much longer, no other", async () => {
    await inEcho(async ({ cluster, at }) => {
      const tookMs = async (from: string, to: string): Promise<number> => {
        const startNs = cluster.nowNs();
        await callOf(at(from), to);
        return (cluster.nowNs() - startNs) / 1e6;
      };
      await cluster.faults.inject(fault("slow", n1, { latencyMs: 30, jitterMs: 0 }));
      expect([await tookMs("n2", "n1"), await tookMs("n1", "n2"), await tookMs("n2", "n3")]).toEqual([62, 62, 2]);
      expect((await cluster.faults.lift("slow")).affectedCount).toBe(4);
      expect(await tookMs("n2", "n1")).toBe(2);
    });
  });
});
