// Traces: what enters the hash, and how two runs are told apart.
import { describe, expect, test } from "vitest";
import { createSimulation, type SimulationSettings } from "./simulation.ts";
import { checkDeterminism, findDivergence } from "./divergence.ts";
import { kindOf, Trace, type TraceRecord } from "./trace.ts";
import { toyPlan, toySubject, type Behaviour } from "./fixtures/toy.ts";

function traceOf(isFull: boolean, build: (trace: Trace) => void): TraceRecord {
  const trace = new Trace({ isFull, hostName: (index) => `n${index}` });
  build(trace);
  return trace.record();
}

const many =
  (changedAt: number | undefined) =>
  (trace: Trace): void => {
    for (let index = 0; index < 5_000; index++) trace.event(index, 0, kindOf("timer"), index === changedAt ? 1 : 0);
  };

describe("the trace hash", () => {
  test("depends on time, host, kind, payload, label, value and order", () => {
    const builds: ((trace: Trace) => void)[] = [
      () => undefined,
      (trace) => trace.event(1, 2, 3, 4),
      (trace) => trace.event(2, 2, 3, 4),
      (trace) => trace.event(1 + 2 ** 32, 2, 3, 4),
      (trace) => trace.event(1, 3, 3, 4),
      (trace) => trace.event(1, 2, 4, 4),
      (trace) => trace.event(1, 2, 3, 5),
      (trace) => trace.draw("a", 1),
      (trace) => trace.draw("b", 1),
      (trace) => trace.draw("a", 2),
      (trace) => {
        trace.draw("a", 1);
        trace.draw("b", 2);
      },
      (trace) => {
        trace.draw("b", 2);
        trace.draw("a", 1);
      },
    ];
    const hashes = builds.map((build) => traceOf(false, build).hash);
    expect(new Set(hashes).size).toBe(builds.length);
    expect(hashes.every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
  });

  test("is the same whether or not the full trace is kept", () => {
    expect(traceOf(true, many(7)).hash).toBe(traceOf(false, many(7)).hash);
    expect(traceOf(true, many(7)).entries).toHaveLength(5_000);
  });
});

describe("findDivergence", () => {
  test("says nothing about equal traces", () => {
    expect(findDivergence(traceOf(false, many(3)), traceOf(false, many(3)))).toBeUndefined();
    expect(findDivergence(traceOf(true, many(3)), traceOf(true, many(3)))).toBeUndefined();
  });

  test("places a difference between two checkpoints when only hashes were kept", () => {
    expect(findDivergence(traceOf(false, many(undefined)), traceOf(false, many(3_000)))).toMatchObject({
      index: 2_048,
      explanation: expect.stringContaining("agree up to event 2048 and differ before event 3072"),
    });
    expect(findDivergence(traceOf(false, many(undefined)), traceOf(false, many(4_999)))).toMatchObject({
      index: 4_096,
      explanation: expect.stringContaining("before event 5000"),
    });
  });

  test("names the first pair that differs when everything was kept", () => {
    const divergence = findDivergence(traceOf(true, many(undefined)), traceOf(true, many(3_000)));
    expect(divergence).toMatchObject({
      index: 3_000,
      explanation: expect.stringContaining("timer at n0, 3 ms, payload 0 in the first run, timer at n0, 3 ms, payload 1 in the second"),
    });
    const shorter = traceOf(true, (trace) => trace.draw("x", 5));
    expect(
      findDivergence(
        traceOf(true, () => undefined),
        shorter,
      )?.explanation,
    ).toContain('nothing in the first run, draw "x" = 5 in the second');
  });
});

describe("checkDeterminism", () => {
  const execute =
    (start: Behaviour) =>
    async (settings: SimulationSettings): Promise<void> =>
      createSimulation(toySubject(start), settings).run(toyPlan(), async (cluster) => {
        await cluster.start();
        await cluster.timers.sleep(100);
      });

  test("passes a node that only uses its Environment", async () => {
    const determinism = await checkDeterminism(execute((environment) => void environment.timers.every(3, () => environment.random.u32("x"))));
    expect(determinism).toMatchObject({ isDeterministic: true });
    expect(determinism.hashes[0]).toBe(determinism.hashes[1]);
  });

  test("catches state that survives from run to run, which no tripwire sees, and says where it shows first", async () => {
    let survivor = 0;
    const determinism = await checkDeterminism(
      execute((environment) => {
        const mine = ++survivor;
        environment.timers.after(10, () => environment.random.below(10, "first"));
        environment.timers.after(20 + mine, () => environment.random.below(10, "second"));
      }),
    );
    expect(determinism.isDeterministic).toBe(false);
    expect(determinism.divergence?.explanation).toMatch(/timer at n1, 2\d ms/);
  });

  test("refuses an execution that does not hand the settings on", async () => {
    await expect(checkDeterminism(() => Promise.resolve())).rejects.toThrow("exactly one simulated run");
  });
});
