// Lives and deaths of nodes, from outside: kill, stop, pause, slow, crash, supervisor, and the silence of the dead.
import { describe, expect, test } from "vitest";
import type { Environment } from "../../harness/environment.ts";
import type { Fault, Target } from "../../harness/faults.ts";
import type { ClusterObserver } from "../../harness/runtime.ts";
import { callOf, inSimulation, toyPlan } from "./fixtures/toy.ts";

const plan = toyPlan({ simulation: { latencyMinMs: 1, latencyMeanMs: 0, latencyMaxMs: 1, tailProbability: 0 } });
const n1: Target = { nodes: ["n1"] };
const kill: Fault = { id: "kill", kind: "kill", targets: n1, params: {} };

type Death = Parameters<ClusterObserver["died"]>[0];

function deathsInto(deaths: Death[]): ClusterObserver {
  return { fact: () => undefined, probe: () => undefined, log: () => undefined, died: (death) => void deaths.push(death) };
}

describe("a killed node", () => {
  test("is inert: no timer, promise, send or probe of it has an effect any more, and no finally runs", async () => {
    const seen: string[] = [];
    let old: Environment | undefined;
    await inSimulation(
      {
        plan,
        start: (environment) => {
          environment.network.onMessage((from) => void seen.push(`message from ${from}`));
          if (environment.self !== "n1" || environment.incarnation > 1) return;
          old = environment;
          environment.timers.after(10, () => seen.push("timer"));
          environment.timers.every(10, () => seen.push("periodic"));
          const waiting = async (): Promise<void> => {
            try {
              await environment.timers.sleep(10);
              seen.push("promise");
            } finally {
              seen.push("finally");
            }
          };
          void waiting();
        },
      },
      async (cluster) => {
        cluster.subscribe({
          fact: () => void seen.push("fact"),
          probe: () => void seen.push("probe"),
          died: () => void seen.push("died"),
          log: () => void seen.push("log"),
        });
        await cluster.faults.inject(kill);
        old?.network.send("n2", "hello");
        old?.probe.fact("x", {});
        old?.probe.always(false, "y");
        old?.probe.mark("z");
        old?.log("error", "x");
        old?.timers.after(1, () => seen.push("new timer"));
        old?.disk.open("f", { create: true }, () => seen.push("disk"));
        old?.network.call("n2", { method: "GET", path: "/" }, { timeoutMs: 10 }, () => seen.push("call"));
        await cluster.timers.sleep(100);
        await cluster.faults.lift("kill");
        await cluster.timers.sleep(100);
      },
    );
    expect(seen).toEqual([]);
  });

  test("stays down until the last fault that holds it is lifted, then starts with the next incarnation", async () => {
    await inSimulation({ plan, start: () => undefined }, async (cluster) => {
      await cluster.faults.inject(kill);
      const second = await cluster.faults.inject({ ...kill, id: "again" });
      expect(second.victims).toEqual(["n1"]);
      await cluster.timers.sleep(2_000);
      const first = await cluster.faults.lift("kill");
      await cluster.timers.sleep(100);
      expect(cluster.faults.state("n1")).toMatchObject({ status: "down", incarnation: 1 });
      expect(first.affectedCount).toBe(1);
      expect((await cluster.faults.lift("again")).affectedCount).toBe(0);
      await cluster.timers.sleep(100);
      expect(cluster.faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
    });
  });

  test("keeps what it had written to its disk, synced or not", async () => {
    const found: string[] = [];
    await inSimulation(
      {
        plan,
        start: (environment) =>
          environment.disk.open("f", { create: true }, (_error, file) =>
            file.read(0, 100, (_failure, bytes) => {
              found.push(`${environment.self} ${new TextDecoder().decode(bytes)}`);
              file.append(new TextEncoder().encode("x"), () => undefined);
            }),
          ),
      },
      async (cluster) => {
        await cluster.timers.sleep(100);
        await cluster.faults.inject(kill);
        await cluster.faults.lift("kill");
        await cluster.timers.sleep(100);
      },
    );
    expect(found.filter((line) => line.startsWith("n1"))).toEqual(["n1 ", "n1 x"]);
  });

  test("at a mark lets the rest of the handler run, without effect", async () => {
    const seen: string[] = [];
    await inSimulation(
      {
        plan,
        start: (environment) => {
          environment.network.onMessage(() => void seen.push("message"));
          if (environment.self !== "n1" || environment.incarnation > 1) return;
          environment.timers.after(50, () => {
            environment.probe.mark("point");
            seen.push("rest");
            environment.network.send("n2", "too late");
          });
        },
      },
      async (cluster) => {
        const fired: string[][] = [];
        await cluster.faults.arm(
          { ...kill, targets: { self: true } },
          { mark: "point", node: "any", occurrence: 1, delayMs: 0 },
          (injection) => void fired.push([...injection.victims]),
        );
        await cluster.timers.sleep(100);
        expect(fired).toEqual([["n1"]]);
        expect(cluster.faults.state("n1").status).toBe("down");
      },
    );
    expect(seen).toEqual(["rest"]);
  });
});

describe("a node that dies by itself", () => {
  test.each([
    [
      "throws in a handler",
      (environment: Environment) =>
        void environment.timers.after(10, () => {
          throw new Error("broken");
        }),
      "Error: broken",
      true,
    ],
    [
      "lets a promise reject",
      (environment: Environment) =>
        void environment.timers.sleep(10).then(() => {
          throw new Error("broken");
        }),
      "Error: broken",
      true,
    ],
    ["crashes with a reason", (environment: Environment) => void environment.timers.after(10, () => environment.crash("bad disk")), "bad disk", false],
    ["crashes inside a promise", (environment: Environment) => void environment.timers.sleep(10).then(() => environment.crash("bad disk")), "bad disk", false],
    [
      "throws what is no error",
      (environment: Environment) =>
        void environment.timers.after(10, () => {
          throw "words";
        }),
      "words",
      true,
    ],
  ])("because it %s is reported once and started again after half a second", async (_how, die, reason, isUncaught) => {
    const deaths: Death[] = [];
    const starts: number[] = [];
    await inSimulation(
      {
        plan,
        start: (environment) => {
          if (environment.self !== "n1") return;
          starts.push(environment.incarnation);
          if (environment.incarnation === 1) die(environment);
        },
      },
      async (cluster) => {
        cluster.subscribe(deathsInto(deaths));
        await cluster.timers.sleep(400);
        expect(cluster.faults.state("n1").status).toBe("down");
        await cluster.timers.sleep(200);
        expect(cluster.faults.state("n1").status).toBe("up");
      },
    );
    expect([deaths, starts]).toEqual([[{ node: "n1", reason, isUncaught }], [1, 2]]);
  });

  test("again and again is started at longer and longer intervals", async () => {
    const startedMs: number[] = [];
    await inSimulation(
      {
        plan,
        start: (environment) => {
          if (environment.self !== "n1") return;
          startedMs.push(environment.clock.wall() - 1_704_067_200_000);
          environment.timers.after(0, () => environment.crash("loop"));
        },
      },
      (cluster) => cluster.timers.sleep(20_000),
    );
    expect(startedMs.slice(1).map((at, index) => at - (startedMs[index] ?? 0))).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  });

  test("while it starts makes the start of the cluster fail with the reason", async () => {
    const run = inSimulation(
      {
        plan,
        start: async (environment) => {
          if (environment.self === "n2") throw new Error("no disk");
        },
      },
      () => Promise.resolve(),
    );
    await expect(run).rejects.toThrow("n2 died while it started: Error: no disk");
  });

  test("under a kill that has no more to do stays down until the lift", async () => {
    await inSimulation(
      {
        plan,
        start: (environment) => {
          if (environment.self === "n1" && environment.incarnation === 1) environment.timers.after(1, () => environment.crash("x"));
        },
      },
      async (cluster) => {
        await cluster.timers.sleep(10);
        await cluster.faults.inject(kill);
        await cluster.timers.sleep(5_000);
        expect(cluster.faults.state("n1").status).toBe("down");
        expect((await cluster.faults.lift("kill")).affectedCount).toBe(0);
      },
    );
  });
});

describe("a graceful stop", () => {
  test("calls stop() and keeps the node down until the lift", async () => {
    const stopped: string[] = [];
    await inSimulation(
      {
        plan,
        start: () => undefined,
        stop: async (environment) => {
          await environment.timers.sleep(30);
          stopped.push(environment.self);
        },
      },
      async (cluster) => {
        await cluster.faults.inject({ id: "stop", kind: "stop", targets: n1, params: { limitMs: 100 } });
        await cluster.timers.sleep(50);
        expect([stopped, cluster.faults.state("n1").status]).toEqual([["n1"], "down"]);
        expect((await cluster.faults.lift("stop")).affectedCount).toBe(1);
        await cluster.timers.sleep(10);
        expect(cluster.faults.state("n1").status).toBe("up");
      },
    );
  });

  test("kills at its limit a node that does not come to an end", async () => {
    await inSimulation({ plan, start: () => undefined, stop: () => new Promise(() => undefined) }, async (cluster) => {
      await cluster.faults.inject({ id: "stop", kind: "stop", targets: n1, params: { limitMs: 100 } });
      await cluster.timers.sleep(99);
      expect(cluster.faults.state("n1").status).toBe("up");
      await cluster.timers.sleep(2);
      expect(cluster.faults.state("n1").status).toBe("down");
    });
  });

  test("that outlasts its fault is followed by a start all the same", async () => {
    await inSimulation({ plan, start: () => undefined, stop: (environment) => environment.timers.sleep(80) }, async (cluster) => {
      await cluster.faults.inject({ id: "stop", kind: "stop", targets: n1, params: { limitMs: 100 } });
      await cluster.timers.sleep(10);
      await cluster.faults.lift("stop");
      await cluster.timers.sleep(200);
      expect(cluster.faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
    });
  });

  test("of the whole cluster stops every node, and the supervisor starts none again", async () => {
    const stopped: string[] = [];
    await inSimulation({ plan, start: () => undefined, stop: (environment) => void stopped.push(environment.self) }, async (cluster) => {
      await cluster.stop();
      await cluster.timers.sleep(5_000);
      expect(stopped).toEqual(["n1", "n2", "n3"]);
      expect(cluster.nodes.map((node) => cluster.faults.state(node).status)).toEqual(["down", "down", "down"]);
    });
  });
});

describe("a paused node", () => {
  test("runs nothing, its clock runs on, and what came meanwhile is handled afterwards in order", async () => {
    const seen: string[] = [];
    const ticks: number[] = [];
    await inSimulation(
      {
        plan,
        start: (environment) => {
          environment.network.serve((request, _from, answer) => {
            seen.push(`${JSON.stringify(request.body)} at ${Math.round(environment.clock.monotonic())}`);
            answer({ status: 200, body: "done" });
          });
          if (environment.self === "n1") environment.timers.every(10, () => ticks.push(Math.floor(environment.clock.monotonic())));
        },
      },
      async (cluster) => {
        await cluster.faults.inject({ id: "pause", kind: "pause", targets: n1, params: {} });
        expect(cluster.faults.state("n1").status).toBe("paused");
        const first = callOf(cluster.clientEnvironment(0), "n1", "first", 1_000);
        await cluster.timers.sleep(5);
        const second = callOf(cluster.clientEnvironment(1), "n1", "second", 50);
        await cluster.timers.sleep(200);
        expect([seen, ticks]).toEqual([[], []]);
        expect(await second).toBe("Timeout");
        const effect = await cluster.faults.lift("pause");
        expect(await first).toBe("done");
        expect(seen.map((line) => line.split(" ")[0])).toEqual(['"first"', '"second"']);
        expect(ticks).toHaveLength(1);
        expect(effect.affectedCount).toBe(3);
      },
    );
  });

  test("that is killed starts again unpaused, and calls it had in its buffers are reset", async () => {
    await inSimulation(
      { plan, start: (environment) => environment.network.serve((_request, _from, answer) => answer({ status: 200, body: "ok" })) },
      async (cluster) => {
        await cluster.faults.inject({ id: "pause", kind: "pause", targets: n1, params: {} });
        const outcome = callOf(cluster.clientEnvironment(0), "n1");
        await cluster.timers.sleep(10);
        await cluster.faults.inject(kill);
        expect(await outcome).toBe("Reset");
        await cluster.faults.lift("kill");
        expect(await callOf(cluster.clientEnvironment(0), "n1")).toBe("ok");
      },
    );
  });

  test("can cancel after its resume a timer that became due during the pause", async () => {
    const seen: string[] = [];
    await inSimulation(
      {
        plan,
        start: (environment) => {
          if (environment.self !== "n1") return;
          const late: number[] = [];
          environment.timers.after(10, () => late.forEach((timer) => environment.timers.cancel(timer)));
          late.push(environment.timers.after(20, () => seen.push("late")));
        },
      },
      async (cluster) => {
        await cluster.faults.inject({ id: "pause", kind: "pause", targets: n1, params: {} });
        await cluster.timers.sleep(100);
        await cluster.faults.lift("pause");
        await cluster.timers.sleep(100);
      },
    );
    expect(seen).toEqual([]);
  });

  test("is not paused when it was down: the fault is a recorded skip", async () => {
    await inSimulation({ plan, start: () => undefined }, async (cluster) => {
      await cluster.faults.inject(kill);
      expect(await cluster.faults.inject({ id: "pause", kind: "pause", targets: n1, params: {} })).toMatchObject({
        victims: [],
        skipped: "none of the targets is running",
      });
    });
  });
});

describe("a slow processor", () => {
  test("takes its time for every event, one after the other, and no other node's", async () => {
    await inSimulation(
      { plan, start: (environment) => environment.network.serve((_request, _from, answer) => answer({ status: 200, body: "ok" })) },
      async (cluster) => {
        const tookMs = async (node: string): Promise<number> => {
          const startNs = cluster.nowNs();
          await Promise.all([1, 2, 3, 4].map(() => callOf(cluster.clientEnvironment(0), node)));
          return (cluster.nowNs() - startNs) / 1e6;
        };
        await cluster.faults.inject({ id: "slow", kind: "slow-cpu", targets: n1, params: { factor: 100 } });
        expect([await tookMs("n1"), await tookMs("n2")]).toEqual([32, 2]);
        expect((await cluster.faults.lift("slow")).affectedCount).toBeGreaterThan(0);
        await cluster.timers.sleep(100);
        expect(await tookMs("n1")).toBe(2);
      },
    );
  });
});
