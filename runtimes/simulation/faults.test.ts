// The faults port itself: targets, triggers, skips, overlap, heal. What each fault does is tested beside what it hits.
import { describe, expect, test } from "vitest";
import { faultKinds, type Fault, type Injection, type Target } from "../../harness/faults.ts";
import { inSimulation, toyPlan, type Behaviour } from "./fixtures/toy.ts";

const idle: Behaviour = () => undefined;
const kill = (targets: Target, id = "kill"): Fault => ({ id, kind: "kill", targets, params: {} });

/** n1 leads; every node makes a mark every 10 ms. */
const marking: Behaviour = (environment) => {
  environment.probe.state(() => ({ role: environment.self === "n2" ? "leader" : "follower" }));
  environment.timers.every(10, () => environment.probe.mark("tick"));
};

describe("targets", () => {
  test.each<[string, Target, readonly string[]]>([
    ["names, in the order of the cluster", { nodes: ["n3", "n1"] }, ["n1", "n3"]],
    ["a role", { role: "leader" }, ["n2"]],
    ["some of a role", { role: "follower", count: 2 }, ["n1", "n3"]],
    ["the others", { others: { role: "leader" }, count: 3 }, ["n1", "n3", "n4"]],
    ["all", { all: true }, ["n1", "n2", "n3", "n4", "n5"]],
  ])("can be %s", async (_what, target, expected) => {
    await inSimulation({ plan: toyPlan({ nodes: 5 }), start: marking }, async (cluster) => {
      expect((await cluster.faults.inject(kill(target))).victims).toEqual(expected);
    });
  });

  test("that match nobody make the fault a recorded skip without any effect", async () => {
    await inSimulation({ start: marking }, async (cluster) => {
      for (const target of [{ nodes: ["n9"] }, { role: "king" }, { self: true }] as const) {
        expect(await cluster.faults.inject(kill(target))).toEqual({ id: "kill", victims: [], skipped: "no node matches the target", detail: {} });
      }
      expect(await cluster.faults.lift("kill")).toEqual({ affectedCount: 0, detail: {} });
      expect(cluster.faults.state("n1").status).toBe("up");
    });
  });

  test("by role mean nodes that live", async () => {
    await inSimulation({ start: marking }, async (cluster) => {
      await cluster.faults.inject(kill({ nodes: ["n2"] }, "first"));
      expect((await cluster.faults.inject(kill({ role: "leader" }))).skipped).toBeDefined();
    });
  });
});

describe("triggers", () => {
  async function fire(when: { readonly node: string; readonly occurrence: number; readonly delayMs: number }): Promise<{ atMs: number; injection: Injection }> {
    return inSimulation({ start: marking }, async (cluster) => {
      const fired: { atMs: number; injection: Injection }[] = [];
      const armedNs = cluster.nowNs();
      await cluster.faults.arm(
        kill({ self: true }),
        { mark: "tick", ...when },
        (injection) => void fired.push({ atMs: Math.floor((cluster.nowNs() - armedNs) / 1e6), injection }),
      );
      await cluster.timers.sleep(200);
      expect(fired).toHaveLength(1);
      return fired[0] ?? expect.unreachable();
    });
  }

  test("fire at the n-th mark of a node, within the mark", async () => {
    const { atMs, injection } = await fire({ node: "n3", occurrence: 2, delayMs: 0 });
    expect([atMs, injection.victims]).toEqual([19, ["n3"]]);
  });

  test("count the marks of all nodes together for `any`", async () => {
    const { atMs, injection } = await fire({ node: "any", occurrence: 5, delayMs: 0 });
    expect([atMs, injection.victims]).toEqual([19, ["n2"]]);
  });

  test("wait for their delay and still hit the node that made the mark", async () => {
    const { atMs, injection } = await fire({ node: "n1", occurrence: 1, delayMs: 25 });
    expect([atMs, injection.victims]).toEqual([34, ["n1"]]);
  });

  test("are disarmed by lift and by heal, also while they wait", async () => {
    await inSimulation({ start: marking }, async (cluster) => {
      const fired: string[] = [];
      const arm = (id: string, delayMs: number): Promise<void> =>
        cluster.faults.arm(kill({ self: true }, id), { mark: "tick", node: "n1", occurrence: 1, delayMs }, () => fired.push(id));
      await arm("lifted", 0);
      await cluster.faults.lift("lifted");
      await arm("delayed", 50);
      await cluster.timers.sleep(30);
      await arm("healed", 0);
      await cluster.faults.heal();
      await cluster.timers.sleep(200);
      expect(fired).toEqual([]);
      expect(cluster.faults.state("n1")).toMatchObject({ status: "up", incarnation: 1 });
    });
  });
});

describe("the port", () => {
  test("has a word for every kind: all of them but three", async () => {
    await inSimulation({ start: idle }, (cluster) => {
      const capabilities = cluster.faults.capabilities();
      expect(Object.keys(capabilities)).toEqual([...faultKinds]);
      expect(faultKinds.filter((kind) => capabilities[kind] !== true)).toEqual(["membership", "move", "load"]);
      return Promise.resolve();
    });
  });

  test("skips what it cannot do, with the reason that capabilities gave", async () => {
    await inSimulation({ start: idle }, async (cluster) => {
      const skipped = cluster.faults.capabilities().load;
      expect(await cluster.faults.inject({ id: "x", kind: "load", targets: { all: true }, params: { factor: 2 } })).toEqual({
        id: "x",
        victims: [],
        skipped,
        detail: {},
      });
    });
  });

  test("refuses a second fault under the id of one in force, and ignores unknown ids on lift", async () => {
    await inSimulation({ start: idle }, async (cluster) => {
      await cluster.faults.inject(kill({ nodes: ["n1"] }));
      expect((await cluster.faults.inject(kill({ nodes: ["n2"] }))).skipped).toContain("in force already");
      expect(cluster.faults.state("n2").status).toBe("up");
      expect((await cluster.faults.lift("nobody")).affectedCount).toBe(0);
    });
  });

  test("heals everything at once: links, clocks, processes, disks; twice changes nothing", async () => {
    await inSimulation({ start: marking }, async (cluster) => {
      const targets: Target = { nodes: ["n1"] };
      await cluster.faults.inject({ id: "a", kind: "partition", targets, params: {} });
      await cluster.faults.inject({ id: "b", kind: "pause", targets, params: {} });
      await cluster.faults.inject({ id: "c", kind: "clock-step", targets, params: { offsetMs: 10 } });
      await cluster.faults.inject({ id: "d", kind: "kill", targets: { nodes: ["n2"] }, params: {} });
      await cluster.faults.heal();
      await cluster.timers.sleep(10);
      expect(cluster.nodes.map((node) => cluster.faults.state(node).status)).toEqual(["up", "up", "up"]);
      await cluster.faults.heal();
      await cluster.timers.sleep(10);
      expect(cluster.nodes.map((node) => cluster.faults.state(node).incarnation)).toEqual([1, 2, 1]);
    });
  });

  test("heal starts again a node whose supervisor still waits", async () => {
    await inSimulation(
      {
        start: (environment) => {
          if (environment.incarnation === 1) environment.timers.after(1, () => environment.crash("x"));
        },
      },
      async (cluster) => {
        await cluster.timers.sleep(10);
        await cluster.faults.heal();
        await cluster.timers.sleep(1);
        expect(cluster.faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
        await cluster.timers.sleep(2_000);
        expect(cluster.faults.state("n1").incarnation).toBe(2);
      },
    );
  });

  test("shows what a node last told of its state", async () => {
    await inSimulation({ start: marking }, async (cluster) => {
      expect(cluster.faults.state("n2")).toEqual({ status: "up", incarnation: 1, inspected: { role: "leader" } });
      expect(cluster.faults.state("n9")).toEqual({ status: "down", incarnation: 0, inspected: {} });
      return Promise.resolve();
    });
  });
});
