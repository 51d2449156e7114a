// The runtime as a whole: one seed is one run, wherever it runs; different seeds differ; the cluster's promises to its runner.
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../harness/plan.ts";
import { createSimulation } from "./index.ts";
import { callOf, inSimulation, toyPlan, toySubject } from "./fixtures/toy.ts";
import { hashOfSeed, raftRun, toyRaft } from "./fixtures/toy-raft.ts";

const seeds = Array.from({ length: 50 }, (_, seed) => `seed ${seed}`);

describe("one seed", () => {
  test("gives the same trace hash twice, and another than every other seed, for 50 seeds of a Raft under faults", async () => {
    const first = [];
    for (const seed of seeds) first.push(await hashOfSeed(seed));
    const second = [];
    for (const seed of seeds) second.push(await hashOfSeed(seed));
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(seeds.length);
  });

  test("gives the same trace hash inside a worker thread", async () => {
    const here = [];
    for (const seed of seeds) here.push(await hashOfSeed(seed));
    const worker = new Worker(new URL("./fixtures/seeds-worker.ts", import.meta.url), { workerData: { seeds } });
    const there = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    expect(there).toEqual(here);
  });

  test("gives the same trace hash while other runs are under way in the same thread", async () => {
    const alone = await hashOfSeed("alone");
    const together = await Promise.all([hashOfSeed("alone"), hashOfSeed("other"), hashOfSeed("alone")]);
    expect([together[0], together[2]]).toEqual([alone, alone]);
  });
});

describe("a run", () => {
  test("draws what its plan leaves to the swarm, exactly as `resolve` does", async () => {
    const runtime = createSimulation(toySubject(toyRaft));
    const hashOf = (plan: Plan): Promise<string | undefined> =>
      runtime.run(plan, async (cluster) => {
        await cluster.start();
        await cluster.timers.sleep(500);
        return cluster.statistics().traceHash;
      });
    const plan = toyPlan({ seed: "x", simulation: { swarm: true } });
    expect(await hashOf(plan)).toBe(await hashOf(runtime.resolve(plan)));
    expect(await hashOf(plan)).not.toBe(await hashOf(toyPlan({ seed: "x" })));
  });
});

describe("a Raft on the simulation", () => {
  test("makes progress in every world that the swarm draws, so that the runs mean something", async () => {
    const runtime = createSimulation(toySubject(toyRaft), { freezeBodies: true });
    const okCounts: number[] = [];
    for (const seed of seeds) okCounts.push(await runtime.run(toyPlan({ seed, simulation: { swarm: true } }), raftRun));
    const median = okCounts.toSorted((a, b) => a - b)[25] ?? 0;
    expect(median).toBeGreaterThanOrEqual(24);
  });
});

describe("the cluster", () => {
  test("names its nodes in order and its client hosts by slot, whichever is used first", async () => {
    const senders: string[] = [];
    await inSimulation(
      {
        plan: toyPlan({ nodes: 2 }),
        start: (environment) =>
          environment.network.serve((_request, from, answer) => {
            senders.push(from);
            answer({ status: 200 });
          }),
      },
      async (cluster) => {
        expect(cluster.nodes).toEqual(["n1", "n2"]);
        await callOf(cluster.clientEnvironment(3), "n1");
        await callOf(cluster.clientEnvironment(0), "n1");
        expect(cluster.clientEnvironment(3)).toBe(cluster.clientEnvironment(3));
      },
    );
    expect(senders).toEqual(["client-3", "client-0"]);
  });

  test("hands nodes the variant, the parameters and each other's names", async () => {
    const seen: unknown[] = [];
    const plan: Plan = { ...toyPlan({ nodes: 2 }), variant: "fast", options: { system: { size: 3 } } };
    await inSimulation({ plan, start: (environment, options) => void seen.push([environment.self, options]) }, () => Promise.resolve());
    const options = { nodes: ["n1", "n2"], variant: "fast", parameters: { size: 3 } };
    expect(seen).toEqual([
      ["n1", options],
      ["n2", options],
    ]);
  });

  test("builds the nodes of the bug when the subject has one", async () => {
    const built: string[] = [];
    const subject = toySubject(() => void built.push("correct"));
    const bug = {
      name: "b",
      id: "B",
      text: "",
      variant: "",
      imitates: "",
      needs: [],
      accusedBy: "",
      difficulty: "T0" as const,
      node: () => ({ start: async () => void built.push("bug"), stop: () => Promise.resolve() }),
    };
    await createSimulation({ ...subject, bug }).run(toyPlan({ nodes: 1 }), (cluster) => cluster.start());
    expect(built).toEqual(["bug"]);
  });

  test("counts virtual time from zero, in nanoseconds, and gives nodes an epoch that is not today's", async () => {
    await inSimulation({ start: () => undefined }, async (cluster) => {
      const startNs = cluster.nowNs();
      await cluster.timers.sleep(1_234.5);
      expect(cluster.nowNs() - startNs).toBe(1_234_500_000);
      expect(new Date(cluster.clientEnvironment(0).clock.wall()).getUTCFullYear()).toBe(2_024);
    });
  });

  test("waits for every start() before its own start resolves", async () => {
    await createSimulation(toySubject((environment) => environment.timers.sleep(environment.self === "n2" ? 300 : 10))).run(toyPlan(), async (cluster) => {
      const start = cluster.start();
      await cluster.timers.sleep(100);
      expect(cluster.nodes.map((node) => cluster.faults.state(node).status)).toEqual(["up", "starting", "up"]);
      await start;
      expect(cluster.nowNs()).toBeGreaterThanOrEqual(300_000_000);
    });
  });

  test("gives each incarnation a stream of chance of its own, the same in every run", async () => {
    const draws: string[] = [];
    const once = async (): Promise<void> =>
      inSimulation(
        {
          plan: toyPlan({ nodes: 2 }),
          start: (environment) => void draws.push(`${environment.self}/${environment.incarnation}: ${environment.random.u32("x")}`),
        },
        async (cluster) => {
          await cluster.faults.inject({ id: "kill", kind: "kill", targets: { nodes: ["n1"] }, params: {} });
          await cluster.faults.lift("kill");
          await cluster.timers.sleep(1);
        },
      );
    await once();
    await once();
    expect(draws.slice(3)).toEqual(draws.slice(0, 3));
    expect(new Set(draws.slice(0, 3).map((line) => line.split(": ")[1])).size).toBe(3);
  });

  test("fails with a UsageError for an option that does not exist, as a rejection", async () => {
    const run = createSimulation(toySubject(() => undefined)).run(toyPlan({ simulation: { latency: 3 } }), () => Promise.resolve());
    await expect(run).rejects.toMatchObject({ name: "UsageError", code: "simulation-option" });
  });

  test("keeps the full trace on request and hands it over also when the body fails", async () => {
    const traces: (number | undefined)[] = [];
    const settings = { recordTrace: true, onTrace: ({ entries }: { readonly entries?: readonly unknown[] }) => void traces.push(entries?.length) };
    await inSimulation({ settings, start: () => undefined }, () => Promise.reject(new Error("body"))).catch(() => undefined);
    expect(traces).toHaveLength(1);
    expect(traces[0]).toBeGreaterThan(2);
  });
});
