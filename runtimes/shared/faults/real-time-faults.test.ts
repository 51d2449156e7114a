// The faults port itself over fakes: targets, skips, overlap, heal. What each kind does is tested beside what it hits.
import { describe, expect, test } from "vitest";
import { faultKinds, type Fault, type FaultKind, type Target } from "../../../harness/faults.ts";
import { createWorld } from "./fixtures/world.ts";
import { settled } from "./fixtures/virtual-time.ts";

const kill = (targets: Target, id = "kill"): Fault => ({ id, kind: "kill", targets, params: {} });
const n1: Target = { nodes: ["n1"] };

describe("targets", () => {
  test.each<[string, Target, readonly string[]]>([
    ["names, in the order of the cluster", { nodes: ["n3", "n1"] }, ["n1", "n3"]],
    ["a role", { role: "leader" }, ["n2"]],
    ["some of a role", { role: "follower", count: 2 }, ["n1", "n3"]],
    ["the others", { others: { role: "leader" }, count: 3 }, ["n1", "n3", "n4"]],
    ["all", { all: true }, ["n1", "n2", "n3", "n4", "n5"]],
  ])("can be %s", async (_what, target, expected) => {
    const { faults } = await createWorld({ nodeCount: 5 });
    expect((await faults.inject(kill(target))).victims).toEqual(expected);
  });

  test("that match nobody make the fault a recorded skip without any effect", async () => {
    const { faults, log } = await createWorld();
    for (const target of [{ nodes: ["n9"] }, { role: "king" }, { self: true }] as const) {
      expect(await faults.inject(kill(target))).toEqual({ id: "kill", victims: [], skipped: "no node matches the target", detail: {} });
    }
    expect(await faults.lift("kill")).toEqual({ affectedCount: 0, detail: {} });
    expect(log.filter((line) => !line.endsWith("inspect"))).toEqual([]);
  });

  test("by role are asked for at that moment, and mean nodes that live", async () => {
    const { faults, member } = await createWorld();
    member("n2").inspected = { role: "follower" };
    member("n3").inspected = { role: "leader" };
    expect((await faults.inject(kill({ role: "leader" }))).victims).toEqual(["n3"]);
    expect((await faults.inject(kill({ role: "leader" }, "again"))).skipped).toBe("no node matches the target");
  });

  test("by role do not wait for a paused node, whose last word counts", async () => {
    const { faults, log } = await createWorld();
    await faults.inject({ id: "pause", kind: "pause", targets: { role: "leader" }, params: {} });
    log.length = 0;
    expect((await faults.inject(kill({ role: "leader" }))).victims).toEqual(["n2"]);
    expect(log.filter((line) => line.endsWith("inspect"))).toEqual(["n1 inspect", "n3 inspect"]);
  });
});

describe("the port", () => {
  test("has a word for every kind: all of them but three, and what links, clocks and machines lack", async () => {
    const { faults, links } = await createWorld({ refusals: { pause: "nobody can be stopped here" } });
    links.isLacking = true;
    const capabilities = faults.capabilities();
    expect(Object.keys(capabilities).toSorted()).toEqual([...faultKinds].toSorted());
    expect(faultKinds.filter((kind) => capabilities[kind] !== true)).toEqual(["loss", "pause", "membership", "move", "load"]);
    expect([capabilities.loss, capabilities.pause]).toEqual(["no datagrams here", "nobody can be stopped here"]);
  });

  test("skips what it cannot do, with the reason that capabilities gave", async () => {
    const { faults } = await createWorld();
    const skipped = faults.capabilities().load;
    expect(await faults.inject({ id: "x", kind: "load", targets: { all: true }, params: { factor: 2 } })).toEqual({
      id: "x",
      victims: [],
      skipped,
      detail: {},
    });
  });

  test("refuses a second fault under the id of one in force, and ignores unknown ids on lift", async () => {
    const { faults, member } = await createWorld();
    await faults.inject(kill(n1));
    expect((await faults.inject(kill({ nodes: ["n2"] }))).skipped).toBe("a fault with the id kill is in force already");
    expect(member("n2").running).toBeDefined();
    expect(await faults.lift("nobody")).toEqual({ affectedCount: 0, detail: {} });
  });

  test("shows what members say of themselves", async () => {
    const { faults } = await createWorld();
    expect(faults.state("n2")).toEqual({ status: "up", incarnation: 1, inspected: { role: "leader" } });
    expect(faults.state("n9")).toEqual({ status: "down", incarnation: 0, inspected: {} });
  });

  test("carries out nothing any more once it is closed", async () => {
    const { faults, member, time } = await createWorld();
    await faults.inject({ id: "d", kind: "clock-drift", targets: n1, params: { ratePpm: 500 } });
    await faults.arm(kill({ self: true }), { mark: "tick", node: "n1", occurrence: 1, delayMs: 5 }, () => expect.unreachable());
    member("n1").mark("tick");
    faults.close();
    expect(time.pendingCount).toBe(0);
    expect((await faults.inject(kill(n1))).skipped).toBe("the cluster is closed");
    faults.close();
  });
});

describe("a fault whose beginning fails half-way", () => {
  test("rejects, stays in force, and is undone entirely by its lift", async () => {
    const { faults, member } = await createWorld();
    member("n2").failing.add("kill");
    await expect(faults.inject(kill({ all: true }))).rejects.toThrow("n2 cannot kill");
    expect(["n1", "n2", "n3"].map((name) => faults.state(name).status)).toEqual(["down", "up", "down"]);
    expect(await faults.lift("kill")).toMatchObject({ affectedCount: 2 });
    expect(["n1", "n2", "n3"].map((name) => faults.state(name).status)).toEqual(["up", "up", "up"]);
    expect(member("n2").holders.size).toBe(0);
  });

  test("tells all that went wrong", async () => {
    const { faults, members } = await createWorld();
    for (const each of members) each.failing.add("kill");
    await expect(faults.inject(kill({ all: true }))).rejects.toThrow("n1 cannot kill; n2 cannot kill; n3 cannot kill");
  });
});

describe("heal", () => {
  const faultsOfAllSorts: readonly Fault[] = [
    { id: "a", kind: "partition", targets: n1, params: {} },
    { id: "b", kind: "pause", targets: n1, params: {} },
    { id: "c", kind: "clock-step", targets: n1, params: { offsetMs: 10 } },
    { id: "d", kind: "kill", targets: { nodes: ["n2"] }, params: {} },
    { id: "e", kind: "disk-full", targets: n1, params: {} },
    { id: "f", kind: "slow-cpu", targets: { nodes: ["n3"] }, params: { factor: 3 } },
  ];

  test("lifts everything: links, clocks, processes, disks; twice changes nothing", async () => {
    const { faults, links, log, member } = await createWorld();
    for (const fault of faultsOfAllSorts) await faults.inject(fault);
    await faults.heal();
    expect(["n1", "n2", "n3"].map((name) => faults.state(name))).toMatchObject([
      { status: "up", incarnation: 1 },
      { status: "up", incarnation: 2 },
      { status: "up", incarnation: 1 },
    ]);
    expect(links.inForce.size).toBe(0);
    expect([member("n1").offsetMs, member("n1").disk, member("n3").running?.factors]).toEqual([0, [], []]);
    log.length = 0;
    await faults.heal();
    expect(log.filter((line) => !line.endsWith("release"))).toEqual([]);
  });

  test("resumes paused nodes before it lifts what they have to confirm, and starts nodes after that", async () => {
    const { faults, log } = await createWorld();
    for (const fault of faultsOfAllSorts.toReversed()) await faults.inject(fault);
    log.length = 0;
    await faults.heal();
    const first = (line: string): number => log.indexOf(line);
    expect(first("n1 resume")).toBeLessThan(first("n1 setDisk"));
    expect(first("n1 resume")).toBeLessThan(first("n1 setClock"));
    expect(first("n1 setDisk")).toBeLessThan(first("n2 start"));
    expect([first("n1 resume"), first("n2 start")]).not.toContain(-1);
  });

  test("starts again a node whose supervisor still waits", async () => {
    const { faults, member } = await createWorld();
    member("n1").crash();
    await faults.heal();
    expect(faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
  });

  test("rejects with what could not be undone, undoes the rest, and tries again when asked again", async () => {
    const { faults, links, member } = await createWorld();
    for (const fault of faultsOfAllSorts) await faults.inject(fault);
    links.isFailing = true;
    member("n1").failing.add("resume");
    await expect(faults.heal()).rejects.toThrow("pause b could not be undone: n1 cannot resume; partition a could not be undone: the links are broken");
    expect(faults.state("n2").status).toBe("up");
    links.isFailing = false;
    member("n1").failing.clear();
    await faults.heal();
    expect([links.inForce.size, faults.state("n1").status]).toEqual([0, "up"]);
  });

  test("rejects when a node is left stopped by somebody", async () => {
    const { faults, member } = await createWorld();
    member("n3").pausers.add("a stranger");
    await expect(faults.heal()).rejects.toThrow("n3 is still paused");
  });

  test("rejects when a node that could answer does not confirm that its clock or its disk is whole", async () => {
    const { faults, member } = await createWorld();
    await faults.inject({ id: "c", kind: "clock-step", targets: n1, params: { offsetMs: 10 } });
    await faults.inject({ id: "e", kind: "disk-full", targets: n1, params: {} });
    member("n1").isDeaf = true;
    await expect(faults.heal()).rejects.toThrow(/n1 did not confirm that its clock was set back.*n1 did not confirm that its disk is whole again/);
    member("n1").isDeaf = false;
    await faults.heal();
  });

  test("waits for what was called before it, whatever that does", async () => {
    const { faults } = await createWorld({ delay: () => settled() });
    const injected = faults.inject(kill(n1));
    const healed = faults.heal();
    const later = faults.inject(kill({ nodes: ["n2"] }, "later"));
    await healed;
    expect(faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
    expect((await injected).victims).toEqual(["n1"]);
    await later;
    expect(faults.state("n2").status).toBe("down");
  });
});

describe("damage to durable data", () => {
  const wipe = (targets: Target, id: string): Fault => ({ id, kind: "wipe", targets, params: {} });

  test.each<[FaultKind, readonly string[]]>([
    ["kill", ["n1", "n2", "n3", "n4", "n5"]],
    ["power-cut", ["n1", "n2", "n3", "n4", "n5"]],
  ])("is not what %s does: it may hit all", async (kind, victims) => {
    const { faults } = await createWorld({ nodeCount: 5, member: () => ({ cutPower: () => Promise.resolve({ detail: {} }) }) });
    const fault: Fault = kind === "kill" ? kill({ all: true }) : { id: "cut", kind: "power-cut", targets: { all: true }, params: { torn: false } };
    expect((await faults.inject(fault)).victims).toEqual(victims);
  });

  test("stays within a minority of the nodes over the whole run, also when it is asked for at once", async () => {
    const { faults, log } = await createWorld({ nodeCount: 5, delay: () => settled() });
    // Folders that are not there: what counts is whom the atlas lets through.
    const outcomes = await Promise.allSettled([faults.inject(wipe({ all: true }, "one")), faults.inject(wipe({ nodes: ["n3", "n4"] }, "two"))]);
    expect(outcomes[1]).toMatchObject({ value: { skipped: "the atlas: durable data of a minority of the nodes is damaged already" } });
    expect(log.filter((line) => line.endsWith("kill"))).toEqual(["n1 kill", "n2 kill"]);
    await faults.lift("one");
    expect((await faults.inject(wipe({ nodes: ["n5"] }, "three"))).skipped).toContain("the atlas");
  });
});
