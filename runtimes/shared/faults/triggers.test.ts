// Triggers over fakes: traps in nodes, marks that are watched, delays, counting through restarts, disarming, strays.
import { describe, expect, test } from "vitest";
import type { Fault, Injection, Target } from "../../../harness/faults.ts";
import { settled } from "./fixtures/virtual-time.ts";
import { createWorld, type World } from "./fixtures/world.ts";
import type { MarkWhen } from "./triggers.ts";

const self: Target = { self: true };
const kill = (id = "kill", targets: Target = self): Fault => ({ id, kind: "kill", targets, params: {} });
const when = (node: string, occurrence = 1, delayMs = 0): MarkWhen => ({ mark: "tick", node, occurrence, delayMs });

async function armed(world: World, ...[fault, at]: [Fault, MarkWhen]): Promise<Injection[]> {
  const fired: Injection[] = [];
  await world.faults.arm(fault, at, (injection) => void fired.push(injection));
  return fired;
}

describe("a trap", () => {
  test("is what kills a node at its own mark, and its death is recorded and held", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("n3", 2));
    const n3 = world.member("n3");
    expect([n3.traps, world.member("n1").traps]).toEqual([[{ id: "kill", mark: "tick", leftCount: 2, signal: "SIGKILL" }], []]);
    n3.mark("tick");
    n3.mark("other");
    expect(n3.running).toBeDefined();
    n3.mark("tick");
    expect(n3.running).toBeUndefined();
    await settled();
    expect(fired).toEqual([{ id: "kill", victims: ["n3"], detail: { mechanism: "signal", killedProcesses: 1, at: "mark", mark: "tick" } }]);
    expect(world.faults.state("n3")).toMatchObject({ status: "down", incarnation: 1 });
    expect((await world.faults.lift("kill")).affectedCount).toBe(1);
    expect(world.faults.state("n3")).toMatchObject({ status: "up", incarnation: 2 });
  });

  test("stops a node at its own mark until the lift", async () => {
    const world = await createWorld();
    const fired = await armed(world, { id: "pause", kind: "pause", targets: { nodes: ["n1"] }, params: {} }, when("n1"));
    expect(world.member("n1").traps).toEqual([{ id: "pause", mark: "tick", leftCount: 1, signal: "SIGSTOP" }]);
    world.member("n1").mark("tick");
    await settled();
    expect(fired).toEqual([{ id: "pause", victims: ["n1"], detail: { mechanism: "signal", pausedProcesses: 1, at: "mark", mark: "tick" } }]);
    expect(world.faults.state("n1").status).toBe("paused");
    await world.faults.lift("pause");
    expect(world.faults.state("n1")).toMatchObject({ status: "up", incarnation: 1 });
  });

  test("cuts the power of the node that it killed", async () => {
    const cuts: string[] = [];
    const cutPower = (name: string) => (): Promise<{ readonly detail: Readonly<Record<string, number>> }> => {
      cuts.push(name);
      return Promise.resolve({ detail: { lostWrites: 1 } });
    };
    const world = await createWorld({ member: (name) => ({ cutPower: cutPower(name) }) });
    const fired = await armed(world, { id: "cut", kind: "power-cut", targets: self, params: { torn: false } }, when("n2"));
    world.member("n2").mark("tick");
    await settled();
    expect(cuts).toEqual(["n2"]);
    expect(fired[0]?.detail).toMatchObject({ killedProcesses: 1, lostWrites: 1, at: "mark" });
  });

  test("counts on through a restart, from what was heard of the life before", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("n1", 3));
    const n1 = world.member("n1");
    n1.mark("tick");
    n1.crash();
    await n1.start();
    expect(n1.traps).toEqual([{ id: "kill", mark: "tick", leftCount: 2, signal: "SIGKILL" }]);
    n1.mark("tick");
    await settled();
    expect(fired).toEqual([]);
    n1.mark("tick");
    await settled();
    expect(fired).toHaveLength(1);
  });

  test("is told in one message with others that are armed in the same turn", async () => {
    const world = await createWorld();
    await Promise.all([armed(world, kill("a"), when("n1", 5)), armed(world, kill("b"), { ...when("n1", 7), mark: "tock" })]);
    expect(world.log).toEqual(["n1 setTraps"]);
    expect(world.member("n1").traps.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(world.member("n1").watchedMarks).toEqual(["tick", "tock"]);
  });

  test("that has sprung is not set again in the node's next life", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("n1"));
    world.member("n1").mark("tick");
    await settled();
    await world.faults.lift("kill");
    expect(world.member("n1").traps).toEqual([]);
    world.member("n1").mark("tick");
    await settled();
    expect(world.faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
    expect(fired).toHaveLength(1);
  });

  test("on any node is on all of them: the first wins, the others are told", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("any"));
    expect(world.members.map(({ traps }) => traps.length)).toEqual([1, 1, 1]);
    world.member("n2").mark("tick");
    await settled();
    expect(world.members.map(({ traps }) => traps.length)).toEqual([0, 0, 0]);
    world.member("n1").mark("tick");
    await settled();
    expect(fired.map(({ victims }) => victims)).toEqual([["n2"]]);
    expect(world.faults.state("n1").status).toBe("up");
  });

  test("on any node that springs on a second one before it was told is made good, and said", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("any"));
    world.member("n2").mark("tick");
    world.member("n3").mark("tick");
    await settled();
    expect(fired.map(({ victims }) => victims)).toEqual([["n2"]]);
    expect(world.faults.state("n3")).toMatchObject({ status: "up", incarnation: 2 });
    expect(await world.faults.lift("kill")).toEqual({ affectedCount: 2, detail: { killedProcesses: 2, alsoTrapped: { n3: true } } });
  });

  test("is no way for what hits others, comes later, or has to ask the atlas", async () => {
    const world = await createWorld();
    const others: Fault = kill("others", { others: self, count: 1 });
    const wipe: Fault = { id: "wipe", kind: "wipe", targets: self, params: {} };
    await Promise.all([
      armed(world, others, when("n1")),
      armed(world, kill("late"), when("n1", 1, 5)),
      armed(world, kill("second of any"), when("any", 2)),
      armed(world, kill("n2"), when("n2")),
      armed(world, kill("elsewhere", { nodes: ["n2"] }), when("n1")),
      armed(world, wipe, when("n1")),
    ]);
    expect(world.members.map(({ traps }) => traps.map(({ id }) => id))).toEqual([[], ["n2"], []]);
  });

  test("is not set for what this runtime cannot do: the mark makes it a recorded skip", async () => {
    const world = await createWorld({ refusals: { kill: "nobody dies here" } });
    const fired = await armed(world, kill(), when("n1"));
    world.member("n1").mark("tick");
    await settled();
    expect(fired).toEqual([{ id: "kill", victims: [], skipped: "nobody dies here", detail: {} }]);
    expect(world.faults.state("n1").status).toBe("up");
  });
});

describe("a watched mark", () => {
  test("fires a fault on others, with the delay that was measured", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill("kill", { others: self, count: 1 }), when("n1", 2));
    expect(world.member("n1").watchedMarks).toEqual(["tick"]);
    world.member("n1").mark("tick");
    await settled();
    expect(fired).toEqual([]);
    world.member("n1").mark("tick");
    await settled();
    expect(fired).toMatchObject([{ victims: ["n2"], detail: { marker: "n1", mark: "tick", delayMs: expect.any(Number) } }]);
    expect(world.member("n1").watchedMarks).toEqual([]);
  });

  test("of any node counts them all together", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("any", 5));
    for (const name of ["n1", "n2", "n3", "n1"]) world.member(name).mark("tick");
    await settled();
    expect(fired).toEqual([]);
    world.member("n2").mark("tick");
    await settled();
    expect(fired.map(({ victims }) => victims)).toEqual([["n2"]]);
  });

  test("waits for its delay and still hits the node that made the mark", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill(), when("n1", 1, 25));
    world.member("n1").mark("tick");
    await world.time.pass(24);
    expect(fired).toEqual([]);
    world.member("n1").mark("tick");
    await world.time.pass(1);
    expect(fired.map(({ victims }) => victims)).toEqual([["n1"]]);
  });

  test("whose fault fails half-way tells so, and the fault can be lifted", async () => {
    const world = await createWorld();
    const fired = await armed(world, kill("kill", { all: true }), when("n1"));
    world.member("n2").failing.add("kill");
    world.member("n1").mark("tick");
    await settled();
    expect(fired).toEqual([{ id: "kill", victims: ["n1", "n2", "n3"], detail: { error: "n2 cannot kill" } }]);
    await world.faults.lift("kill");
    expect(world.members.map(({ name }) => world.faults.state(name).status)).toEqual(["up", "up", "up"]);
  });
});

describe("disarming", () => {
  test("by lift and by heal takes traps and watches away, also from a fault that waits for its delay", async () => {
    const world = await createWorld();
    const fired = [await armed(world, kill("trap"), when("n1")), await armed(world, kill("watch", { all: true }), when("n1"))];
    await world.faults.lift("trap");
    await world.faults.lift("watch");
    expect([world.member("n1").traps, world.member("n1").watchedMarks]).toEqual([[], []]);
    fired.push(await armed(world, kill("delayed"), when("n1", 1, 50)));
    world.member("n1").mark("tick");
    fired.push(await armed(world, kill("healed"), when("any")));
    await world.faults.heal();
    expect(world.members.map(({ traps }) => traps)).toEqual([[], [], []]);
    world.member("n1").mark("tick");
    await world.time.pass(200);
    expect(fired.flat()).toEqual([]);
    expect(world.faults.state("n1")).toMatchObject({ status: "up", incarnation: 1 });
  });

  test("that comes too late for the node leaves nothing in force, and the record tells of it", async () => {
    const world = await createWorld({ delay: () => settled() });
    const fired = await armed(world, kill(), when("n1"));
    const healed = world.faults.heal();
    // Its trap springs while the message is under way.
    await Promise.resolve();
    world.member("n1").mark("tick");
    expect(world.member("n1").running).toBeUndefined();
    await healed;
    expect(fired).toEqual([
      { id: "kill", victims: ["n1"], detail: { mechanism: "signal", at: "mark", mark: "tick", killedProcesses: 1, afterDisarming: true } },
    ]);
    expect(world.faults.state("n1").status).toBe("up");
    expect(world.member("n1").holders.size).toBe(0);
  });

  test("that comes too late makes heal wait until the node is free", async () => {
    const world = await createWorld();
    await armed(world, kill(), when("n1"));
    const n1 = world.member("n1");
    const killNow = n1.kill.bind(n1);
    n1.kill = async () => {
      for (let turn = 0; turn < 10; turn++) await settled();
      return await killNow();
    };
    const healed = world.faults.heal();
    n1.mark("tick");
    await healed;
    expect([world.faults.state("n1").status, n1.holders.size]).toEqual(["up", 0]);
  });

  test("that comes too late for a node that stops itself lets it go on", async () => {
    const world = await createWorld();
    const fired = await armed(world, { id: "pause", kind: "pause", targets: self, params: {} }, when("n1"));
    world.member("n1").isDeaf = true;
    await world.faults.lift("pause");
    world.member("n1").mark("tick");
    expect(world.faults.state("n1").status).toBe("paused");
    await settled();
    expect(fired).toMatchObject([{ victims: ["n1"], detail: { pausedProcesses: 1, afterDisarming: true } }]);
    expect(world.faults.state("n1").status).toBe("up");
  });
});

test("a trap that stops its node under the id of a fault that is in force is a skip, and the node goes on", async () => {
  const world = await createWorld();
  const fired = await armed(world, { id: "same", kind: "pause", targets: self, params: {} }, when("n1"));
  await world.faults.inject(kill("same", { nodes: ["n2"] }));
  world.member("n1").mark("tick");
  expect(world.faults.state("n1").status).toBe("paused");
  await settled();
  expect(fired).toMatchObject([{ victims: [], detail: { hit: ["n1"] } }]);
  expect(world.faults.state("n1")).toMatchObject({ status: "up", incarnation: 1 });
});

test("a trap under the id of a fault that is in force is a skip, and its node is let go", async () => {
  const world = await createWorld();
  const fired = await armed(world, kill("same"), when("n1"));
  await world.faults.inject(kill("same", { nodes: ["n2"] }));
  world.member("n1").mark("tick");
  await settled();
  expect(fired).toEqual([{ id: "same", victims: [], skipped: "a fault with the id same is in force already", detail: { hit: ["n1"] } }]);
  expect([world.faults.state("n1").status, world.faults.state("n2").status]).toEqual(["up", "down"]);
});
