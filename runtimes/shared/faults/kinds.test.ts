// What each kind of fault does to members and links, and how it is undone: processes, links, disks, clocks. Over fakes.
import { describe, expect, test } from "vitest";
import type { Fault, Target } from "../../../harness/faults.ts";
import { settled } from "./fixtures/virtual-time.ts";
import { createWorld } from "./fixtures/world.ts";

const n1: Target = { nodes: ["n1"] };
const n12: Target = { nodes: ["n1", "n2"] };
const kill: Fault = { id: "kill", kind: "kill", targets: n1, params: {} };
const pause: Fault = { id: "pause", kind: "pause", targets: n1, params: {} };

describe("kill", () => {
  test("keeps the node down until the last fault that holds it is lifted, and counts a death once", async () => {
    const { faults } = await createWorld();
    expect((await faults.inject(kill)).detail).toEqual({ mechanism: "signal", killedProcesses: 1 });
    const second = await faults.inject({ ...kill, id: "again" });
    expect(second).toEqual({ id: "again", victims: ["n1"], detail: { mechanism: "signal" } });
    expect(await faults.lift("kill")).toEqual({ affectedCount: 1, detail: { killedProcesses: 1 } });
    expect(faults.state("n1")).toMatchObject({ status: "down", incarnation: 1 });
    expect((await faults.lift("again")).affectedCount).toBe(0);
    expect(faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
  });

  test("holds all victims before it kills the first", async () => {
    const { faults, member } = await createWorld();
    const [first, second] = [member("n1"), member("n2")];
    const kill1 = first.kill.bind(first);
    let wasHeld = false;
    first.kill = () => {
      wasHeld = second.holders.has("kill");
      return kill1();
    };
    await faults.inject({ ...kill, targets: n12 });
    expect(wasHeld).toBe(true);
  });

  test("of a node that has crashed holds it down all the same", async () => {
    const { faults, member } = await createWorld();
    member("n1").crash();
    await faults.inject(kill);
    await member("n1").release("somebody else");
    expect(faults.state("n1").status).toBe("down");
    expect(await faults.lift("kill")).toEqual({ affectedCount: 0, detail: {} });
    expect(faults.state("n1").status).toBe("up");
  });

  test("that does not end the process is an error, not an effect", async () => {
    const { faults, member } = await createWorld();
    const immortal = member("n1");
    immortal.kill = () => Promise.resolve(true);
    await expect(faults.inject(kill)).rejects.toThrow("n1 still runs after it was killed");
  });
});

test("stop is graceful within its limit, and counts what it stopped", async () => {
  const { faults, log } = await createWorld();
  const stop: Fault = { id: "stop", kind: "stop", targets: n1, params: { limitMs: 100 } };
  expect((await faults.inject(stop)).detail).toEqual({ mechanism: "control", stoppedProcesses: 1 });
  expect([log, faults.state("n1").status]).toEqual([["n1 stop 100"], "down"]);
  expect((await faults.lift("stop")).affectedCount).toBe(1);
  expect(faults.state("n1").status).toBe("up");
});

describe("pause", () => {
  test("stops the process until nobody wants it stopped any more", async () => {
    const { faults } = await createWorld();
    expect((await faults.inject(pause)).detail).toEqual({ mechanism: "signal", pausedProcesses: 1 });
    await faults.inject({ ...pause, id: "again" });
    expect((await faults.lift("pause")).affectedCount).toBe(1);
    expect(faults.state("n1").status).toBe("paused");
    await faults.lift("again");
    expect(faults.state("n1")).toMatchObject({ status: "up", incarnation: 1 });
  });

  test("of nodes that are all down is a recorded skip; of some, hits those that run", async () => {
    const { faults } = await createWorld();
    await faults.inject(kill);
    expect(await faults.inject(pause)).toMatchObject({ victims: [], skipped: "none of the targets is running" });
    expect(await faults.inject({ ...pause, targets: n12 })).toMatchObject({ victims: ["n1", "n2"], detail: { pausedProcesses: 1 } });
  });

  test("ends with the process: killed while paused, it starts again unpaused", async () => {
    const { faults } = await createWorld();
    await faults.inject(pause);
    await faults.inject(kill);
    await faults.lift("kill");
    expect(faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
    await faults.lift("pause");
    expect(faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
  });
});

describe("slow-cpu", () => {
  const slow = (id: string, factor: number): Fault => ({ id, kind: "slow-cpu", targets: n1, params: { factor } });

  test("multiplies with others of its kind, and each is taken back alone", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(slow("a", 2));
    await faults.inject(slow("b", 5));
    expect(member("n1").running?.factors).toEqual([10]);
    expect(await faults.lift("a")).toEqual({ affectedCount: 1, detail: { slowedProcesses: 1 } });
    expect(member("n1").running?.factors).toEqual([5]);
    await faults.lift("b");
    expect(member("n1").running?.factors).toEqual([]);
  });

  test("also slows later incarnations, and says so when one could not be slowed", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(kill);
    await faults.inject(slow("a", 2));
    await faults.lift("kill");
    expect(member("n1").running?.factors).toEqual([2]);
    const broken = member("n1");
    broken.crash();
    const before = broken.onStarted;
    broken.onStarted = async (running) => {
      running.slow = () => Promise.reject(new Error("no such thing"));
      await before(running);
    };
    await broken.start();
    expect(await faults.lift("a")).toEqual({ affectedCount: 1, detail: { slowedProcesses: 1, notSlowedAgain: { n1: "no such thing" } } });
  });

  test("of a process that ended meanwhile is no error", async () => {
    const { faults, member } = await createWorld();
    const { running } = member("n1");
    if (running === undefined) throw new Error("n1 does not run");
    running.slow = () => {
      member("n1").crash();
      return Promise.reject(new Error("no such process"));
    };
    expect((await faults.inject(slow("a", 2))).detail).toEqual({ mechanism: "signal" });
    expect((await faults.lift("a")).affectedCount).toBe(0);
  });
});

describe("faults of links", () => {
  test("go to the links with the directions that they hit, and end with what the links counted", async () => {
    const { faults, links } = await createWorld();
    const injection = await faults.inject({ id: "p", kind: "partition", targets: n1, params: { direction: "out", onHeal: "cut" } });
    expect(injection).toEqual({ id: "p", victims: ["n1"], detail: { mechanism: "fake proxy" } });
    const expected = [
      { from: "n1", to: "n2" },
      { from: "n1", to: "n3" },
    ];
    expect(links.inForce.get("p")).toEqual({ id: "p", kind: "partition", params: { direction: "out", onHeal: "cut" }, links: expected });
    links.effect = { affectedCount: 42, detail: { stalledBytes: 42 } };
    expect(await faults.lift("p")).toEqual({ affectedCount: 42, detail: { stalledBytes: 42 } });
    expect(links.inForce.size).toBe(0);
  });

  test("by link need no node", async () => {
    const { faults, links } = await createWorld();
    const injection = await faults.inject({ id: "p", kind: "partition", targets: { nodes: [] }, params: { links: [{ from: "n3", to: "n1" }] } });
    expect([injection.victims, injection.skipped]).toEqual([[], undefined]);
    expect(links.inForce.get("p")?.links).toEqual([{ from: "n3", to: "n1" }]);
    expect((await faults.inject({ id: "q", kind: "partition", targets: { nodes: [] }, params: { links: [] } })).skipped).toBe("no node matches the target");
  });

  test("of clients count them in", async () => {
    const { faults, links } = await createWorld();
    await faults.inject({ id: "s", kind: "slow", targets: n1, params: { latencyMs: 5, jitterMs: 1 } });
    expect(links.inForce.get("s")?.links).toContainEqual({ from: "client-0", to: "n1" });
  });

  test("that failed to begin are ended by the lift", async () => {
    const { faults, links } = await createWorld();
    links.isFailing = true;
    await expect(faults.inject({ id: "p", kind: "partition", targets: n1, params: {} })).rejects.toThrow("the links are broken");
    links.isFailing = false;
    await faults.lift("p");
    expect(links.inForce.size).toBe(0);
  });
});

describe("power-cut", () => {
  test("kills all victims at once before any disk is touched, then starts them after the lift", async () => {
    const cuts: string[] = [];
    const world = await createWorld({
      delay: () => settled(),
      member: (name) => ({
        cutPower: () => {
          cuts.push(`${name}: ${["n1", "n2"].map((each) => world.faults.state(each).status).join()}`);
          return Promise.resolve({ detail: { lostWrites: 3, lostNames: 1, remountMs: 30 } });
        },
      }),
    });
    const { faults } = world;
    const injection = await faults.inject({ id: "cut", kind: "power-cut", targets: n12, params: { torn: false } });
    expect(cuts.toSorted()).toEqual(["n1: down,down", "n2: down,down"]);
    expect(injection.detail).toEqual({ mechanism: "power cut", killedProcesses: 2, lostWrites: 6, lostNames: 2, remountMs: 60 });
    expect((await faults.lift("cut")).affectedCount).toBe(10);
    expect(faults.state("n2")).toMatchObject({ status: "up", incarnation: 2 });
  });

  test("cuts nothing if a victim could not be killed", async () => {
    const { faults, member } = await createWorld({ member: () => ({ cutPower: () => Promise.reject(new Error("cut")) }) });
    member("n2").failing.add("kill");
    await expect(faults.inject({ id: "cut", kind: "power-cut", targets: n12, params: { torn: false } })).rejects.toThrow("n2 cannot kill");
  });

  test("tears while torn-write is in force, which counts it; a file system says that it cannot", async () => {
    const { faults } = await createWorld({ member: () => ({ cutPower: () => Promise.resolve({ detail: { lostWrites: 1 } }) }) });
    await faults.inject({ id: "torn", kind: "torn-write", targets: n1, params: {} });
    const { detail } = await faults.inject({ id: "cut", kind: "power-cut", targets: n12, params: { torn: false } });
    expect(detail["notTorn"]).toEqual({ n1: "a cut below a file system tears no writes" });
    expect(await faults.lift("torn")).toEqual({ affectedCount: 1, detail: { tornPowerCuts: 1 } });
  });
});

describe("switches of the disk", () => {
  const full = (id: string): Fault => ({ id, kind: "disk-full", targets: n1, params: {} });

  test("are all told together, with what each needs, and taken back one by one", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(full("a"));
    await faults.inject({ id: "b", kind: "disk-error", targets: { all: true }, params: { probability: 0.5, operations: ["fsync"] } });
    expect(member("n1").disk).toEqual([
      { id: "a", kind: "disk-full", params: {} },
      { id: "b", kind: "disk-error", params: { probability: 0.5, operations: ["fsync"] } },
    ]);
    await faults.lift("a");
    expect(member("n1").disk).toEqual([{ id: "b", kind: "disk-error", params: { probability: 0.5, operations: ["fsync"] } }]);
    expect(member("n2").disk).toHaveLength(1);
  });

  test("lifted at the same time are all gone", async () => {
    const { faults, member } = await createWorld();
    for (const id of ["a", "b", "c"]) await faults.inject(full(id));
    await Promise.all([faults.lift("a"), faults.lift("c")]);
    expect(member("n1").disk.map(({ id }) => id)).toEqual(["b"]);
  });

  test("count what nodes report under their id", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(full("a"));
    member("n1").onMessage({ type: "effect", id: "a", name: "refusedWrites", count: 3 });
    member("n2").onMessage({ type: "effect", id: "nobody", name: "refusedWrites", count: 9 });
    member("n1").onMessage({ type: "effect", id: "a", name: "refusedWrites", count: 1 });
    expect(await faults.lift("a")).toEqual({ affectedCount: 4, detail: { refusedWrites: 4 } });
  });

  test("that a running node does not confirm are named in the record", async () => {
    const { faults, member } = await createWorld();
    member("n1").isDeaf = true;
    expect((await faults.inject(full("a"))).detail).toEqual({ mechanism: "disk layer", unconfirmed: { n1: true } });
    await expect(faults.lift("a")).rejects.toThrow("n1 did not confirm that its disk is whole again");
    member("n1").isDeaf = false;
    expect((await faults.lift("a")).affectedCount).toBe(0);
    expect(member("n1").disk).toEqual([]);
  });
});

describe("clock faults", () => {
  const step = (id: string, offsetMs: number, targets: Target = n1): Fault => ({ id, kind: "clock-step", targets, params: { offsetMs } });
  const drift = (id: string, ratePpm: number): Fault => ({ id, kind: "clock-drift", targets: n1, params: { ratePpm } });

  test("steps add up; each records what was read on its victims, with it and after it", async () => {
    const { faults, member } = await createWorld();
    expect((await faults.inject(step("a", 1_000))).detail).toEqual({ mechanism: "environment", clockOffsetMs: { n1: 1_000 } });
    expect((await faults.inject(step("b", -300, n12))).detail).toEqual({ mechanism: "environment", clockOffsetMs: { n1: 700, n2: -300 } });
    expect(await faults.lift("a")).toEqual({
      affectedCount: 1,
      detail: { movedClocks: 1, clockOffsetMs: { n1: 700 }, clockAfterMs: { n1: -300 } },
    });
    expect([member("n1").offsetMs, member("n2").offsetMs]).toEqual([-300, -300]);
  });

  test("a step that a node may have run with while nobody looked is no step without effect: it could have handed out wrong times", async () => {
    const { faults, member } = await createWorld();
    member("n1").hold("down");
    member("n1").crash();
    await faults.inject(step("a", 1_000));
    await member("n1").start();
    member("n1").crash();
    expect((await faults.lift("a")).detail).toMatchObject({ isUnmeasured: true });

    await member("n1").start();
    member("n1").isDeaf = true;
    await faults.inject(step("b", 1_000));
    member("n1").crash();
    expect((await faults.lift("b")).detail).toMatchObject({ isUnmeasured: true, unconfirmed: { n1: true } });
  });

  test("a step on a node that was down all the while met nothing, and one that was read back has its count", async () => {
    const { faults, member } = await createWorld();
    member("n1").hold("down");
    member("n1").crash();
    await faults.inject(step("a", 1_000));
    expect(await faults.lift("a")).toEqual({ affectedCount: 0, detail: {} });
    await faults.inject(step("b", 1_000));
    await member("n1").start();
    expect(await faults.lift("b")).toMatchObject({ affectedCount: 1, detail: { movedClocks: 1, clockOffsetMs: { n1: 1_000 } } });
  });

  test("a drift grows from nothing, slews back at its own pace after the lift, and ends at home", async () => {
    const { faults, member, time } = await createWorld();
    await faults.inject(drift("d", 10_000));
    await time.pass(10_000);
    expect(member("n1").offsetMs).toBeCloseTo(100);
    expect(await faults.lift("d")).toEqual({ affectedCount: 1, detail: { movedClocks: 1, clockOffsetMs: { n1: 100 }, clockAfterMs: { n1: 100 } } });
    await time.pass(4_000);
    expect(member("n1").offsetMs).toBeCloseTo(60);
    await time.pass(6_000);
    expect(member("n1").clock).toMatchObject({ offsetMs: 0, ratePpm: 0 });
    await time.pass(60_000);
    expect([member("n1").offsetMs, time.pendingCount]).toEqual([0, 0]);
  });

  test("that had no time to drift had no effect", async () => {
    const { faults } = await createWorld();
    expect((await faults.inject(drift("d", 10_000))).detail).toMatchObject({ clockOffsetMs: { n1: 0 } });
    expect((await faults.lift("d")).affectedCount).toBe(0);
  });

  test("of a node that is down take hold when it starts; one that never ran was not affected", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(kill);
    expect((await faults.inject(step("a", 50))).detail).toEqual({ mechanism: "environment" });
    expect((await faults.lift("a")).affectedCount).toBe(0);
    await faults.inject(step("b", 50));
    await faults.lift("kill");
    expect(member("n1").offsetMs).toBe(50);
    expect(await faults.lift("b")).toMatchObject({ affectedCount: 1, detail: { clockOffsetMs: { n1: 50 } } });
    expect(member("n1").offsetMs).toBe(0);
  });

  test("that the node does not obey are an error, with both figures", async () => {
    const { faults, member } = await createWorld();
    member("n1").isStubborn = true;
    await expect(faults.inject(step("a", 1_000))).rejects.toThrow("the clock of n1 is ahead by 0 ms, not by 1000 ms");
    const lifted = await faults.lift("a");
    expect(lifted).toMatchObject({ affectedCount: 0, detail: { clockProblems: { n1: "the clock of n1 is ahead by 0 ms, not by 1000 ms" } } });
  });

  test("of a paused node are in force once it goes on, and named in the record until then", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(pause);
    expect((await faults.inject(step("a", 50))).detail).toEqual({ mechanism: "environment", unconfirmed: { n1: true } });
    await faults.lift("pause");
    expect(member("n1").offsetMs).toBe(50);
    expect((await faults.lift("a")).affectedCount).toBe(1);
  });

  test("beyond what the mechanism can do, alone or summed up, are recorded skips", async () => {
    const { faults, member } = await createWorld({
      clock: () => ({
        name: "time-link",
        capability: (kind) => (kind === "clock-drift" ? "no drifts" : true),
        refusal: (offsetMs) => (Math.abs(offsetMs) > 100 ? `${offsetMs} is too much` : undefined),
        apply: () => Promise.resolve({ offsetMs: 1, errorMs: 1 }),
        started: () => Promise.resolve(),
        close: () => undefined,
      }),
    });
    expect(member("n1").offsetMs).toBe(0);
    expect((await faults.inject(step("a", 60))).skipped).toBeUndefined();
    expect(await faults.inject(step("b", 60))).toEqual({ id: "b", victims: [], skipped: "120 is too much", detail: {} });
    expect((await faults.inject(step("c", -160))).skipped).toBeUndefined();
    expect((await faults.inject(drift("d", 1))).skipped).toBe("no drifts");
  });

  test("a slew whose end could not be told is tried again by heal, which rejects if that fails, too", async () => {
    const { faults, member, time } = await createWorld();
    await faults.inject(drift("d", 10_000));
    await time.pass(1_000);
    await faults.lift("d");
    member("n1").failing.add("setClock");
    await time.pass(2_000);
    await expect(faults.heal()).rejects.toThrow("n1 cannot setClock");
    member("n1").failing.clear();
    await faults.heal();
    expect(member("n1").clock).toMatchObject({ offsetMs: 0, ratePpm: 0 });
  });
});
