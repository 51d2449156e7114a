// The default search: kinds differ from seed to seed, overlap, and never take everything away for long.
import { describe, expect, test } from "vitest";
import { faultKinds, type PlannedFault } from "../harness/faults.ts";
import type { NemesisContext } from "../harness/nemesis.ts";
import { seededRandom } from "../harness/random.ts";
import { majoritiesRing } from "./grudge.ts";
import { bearable, type TimedBody } from "./load-of-faults.ts";
import { pairs } from "./pairs.ts";
import { swarm } from "./swarm.ts";
import { targeted } from "./targeted.ts";

const seedCount = 300;
const contextOf = (seed: number, more: Partial<NemesisContext> = {}): NemesisContext => ({
  random: seededRandom(String(seed)),
  nodes: ["n1", "n2", "n3"],
  durationMs: 10_000,
  allowed: new Set(faultKinds.filter((kind) => !["wipe", "bit-rot", "lying-disk"].includes(kind))),
  minority: 1,
  roles: ["leader", "follower"],
  marks: [
    { kind: "raft.vote-granted", typicalCount: 6 },
    { kind: "raft.appended", typicalCount: 60 },
    { kind: "raft.committed", typicalCount: 60 },
  ],
  ...more,
});
const schedules = Array.from({ length: seedCount }, (_, seed) => swarm.schedule(contextOf(seed)));
const timeOf = ({ when }: PlannedFault): number => ("atMs" in when ? when.atMs : Number.NaN);

describe("a swarm", () => {
  test("draws at most 22 faults in 10 s, from one to many kinds, and never a kind that is not allowed", () => {
    expect(Math.max(...schedules.map((faults) => faults.length))).toBeLessThanOrEqual(25);
    const kindCounts = schedules.map((faults) => new Set(faults.map(({ kind }) => kind)).size);
    expect(new Set(kindCounts).size).toBeGreaterThan(5);
    expect(schedules.flat().some(({ kind }) => kind === "wipe")).toBe(false);
    expect(schedules.filter((faults) => faults.length === 0).length).toBeLessThan(seedCount * 0.03);
  });

  test("leaves each kind out of many seeds, so that kinds do not mask each other", () => {
    const share = schedules.filter((faults) => faults.some(({ kind }) => kind === "kill")).length / seedCount;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.75);
  });

  test("lets faults of different kinds overlap", () => {
    const overlapping = schedules.filter((faults) =>
      faults.some((a) => faults.some((b) => a.kind !== b.kind && timeOf(a) <= timeOf(b) && timeOf(b) < timeOf(a) + a.durationMs)),
    );
    expect(overlapping.length).toBeGreaterThan(seedCount / 2);
  });

  test("spends few of its faults on what lasts for seconds anyway", () => {
    const mean = (kind: string): number => {
      const counts = schedules.map((faults) => faults.filter((fault) => fault.kind === kind).length).filter((count) => count > 0);
      return counts.reduce((sum, count) => sum + count, 0) / counts.length;
    };
    for (const lasting of ["loss", "duplicate", "torn-write"]) expect(mean(lasting)).toBeLessThan(0.7 * mean("clock-step"));
  });

  test("gives one node most of the trouble in about half of the seeds, so that troubles meet", () => {
    const concentration = Array.from({ length: 100 }, (_, seed) => {
      const hit = swarm
        .schedule(contextOf(seed, { roles: [], allowed: new Set(["refuse", "clock-step", "slow", "slow-cpu"] as const) }))
        .flatMap(({ targets }) => ("nodes" in targets && targets.nodes.length === 1 ? targets.nodes : []));
      return hit.length < 5 ? undefined : Math.max(...contextOf(0).nodes.map((node) => hit.filter((other) => other === node).length)) / hit.length;
    }).filter((share) => share !== undefined);
    expect(concentration.length).toBeGreaterThan(30);
    expect(concentration.filter((share) => share >= 0.65).length / concentration.length).toBeGreaterThan(0.3);
    expect(concentration.filter((share) => share < 0.5).length).toBeGreaterThan(3);
  });

  test("draws more in longer phases", () => {
    const long = Array.from({ length: 50 }, (_, seed) => swarm.schedule(contextOf(seed, { durationMs: 40_000 })).length);
    const short = schedules.slice(0, 50).map((faults) => faults.length);
    expect(long.reduce((a, b) => a + b) / short.reduce((a, b) => a + b)).toBeGreaterThan(2.5);
  });

  test("takes kind by kind from a stream of its own: allowing one more kind elsewhere shifts no times of this one", () => {
    const timesOf = (seed: number, kinds: readonly (typeof faultKinds)[number][]): number[] =>
      swarm
        .schedule(contextOf(seed, { allowed: new Set(kinds) }))
        .filter(({ kind }) => kind === "loss")
        .map(timeOf);
    const both = Array.from({ length: 40 }, (_, seed) => [timesOf(seed, ["loss"]), timesOf(seed, ["loss", "duplicate"])] as const).filter(
      ([a, b]) => a.length > 0 && b.length > 0,
    );
    expect(both.length).toBeGreaterThan(5);
    for (const [alone, together] of both) expect(together.some((time) => alone.includes(time))).toBe(true);
  });
});

test("a swarm of kills leaves three nodes a majority for four fifths of the time, in every seed", () => {
  for (let seed = 0; seed < 100; seed++) {
    const faults = swarm.schedule(contextOf(seed, { allowed: new Set(["kill"] as const), roles: [] }));
    const outAt = (timeMs: number): number =>
      new Set(faults.filter((fault) => timeOf(fault) <= timeMs && timeMs < timeOf(fault) + fault.durationMs).map(({ targets }) => JSON.stringify(targets)))
        .size;
    expect(Array.from({ length: 1000 }, (_, index) => outAt(index * 10)).filter((count) => count > 1).length).toBeLessThanOrEqual(210);
  }
});

describe("what a run can bear", () => {
  const kill = (node: string, atMs: number, durationMs: number): TimedBody => ({
    body: { kind: "kill", targets: { nodes: [node] }, params: {} },
    window: { atMs, durationMs },
  });
  const outAt = (faults: readonly TimedBody[], timeMs: number): number =>
    new Set(faults.filter(({ window }) => window.atMs <= timeMs && timeMs < window.atMs + window.durationMs).map(({ body }) => JSON.stringify(body.targets)))
      .size;

  test("is a minority out at a time, but for a fifth of the phase in short excesses", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { random } = contextOf(seed);
      const drawn = Array.from({ length: 40 }, () =>
        kill(random.pick(["n1", "n2", "n3"], "node"), random.below(9000, "at"), random.between(100, 1000, "length")),
      );
      const kept = bearable(drawn, contextOf(seed));
      const excessMs = Array.from({ length: 1000 }, (_, index) => outAt(kept, index * 10)).filter((count) => count > 1).length * 10;
      expect(excessMs).toBeLessThanOrEqual(2000 + 100);
    }
  });

  test("exceeds a minority only now and then, and then briefly", () => {
    const kept = Array.from({ length: 200 }, (_, seed) => bearable([kill("n1", 0, 2000), kill("n2", 500, 2000)], contextOf(seed)));
    const exceeding = kept.filter((faults) => faults.length === 2);
    expect(exceeding.length).toBeGreaterThan(50);
    expect(exceeding.length).toBeLessThan(150);
    expect(new Set(exceeding.map((faults) => faults[1]?.window.durationMs))).toEqual(new Set([300]));
  });

  test("keeps every fault that leaves a majority: disturbances, rings, one node after the other", () => {
    const links = majoritiesRing(["n1", "n2", "n3"]);
    const mild: TimedBody[] = [
      { body: { kind: "loss", targets: { all: true }, params: { probability: 0.2 } }, window: { atMs: 0, durationMs: 9000 } },
      { body: { kind: "partition", targets: { all: true }, params: { links } }, window: { atMs: 0, durationMs: 9000 } },
      kill("n1", 0, 1000),
      kill("n2", 1000, 1000),
      kill("n3", 2000, 1000),
    ];
    expect(bearable(mild, contextOf(1))).toHaveLength(5);
  });
});

describe("targeted", () => {
  test("aims at the leader at the same times whatever marks a system has", () => {
    const leaderTimes = (marks: NemesisContext["marks"]): number[] =>
      targeted
        .schedule(contextOf(3, { marks }))
        .filter(({ targets }) => "role" in targets)
        .map(timeOf);
    expect(leaderTimes([])).toEqual(leaderTimes([{ kind: "raft.appended", typicalCount: 60 }]));
    expect(leaderTimes([]).length).toBeGreaterThan(0);
  });

  const faults = Array.from({ length: seedCount }, (_, seed) => targeted.schedule(contextOf(seed))).flat();
  const triggered = faults.flatMap((fault) => ("mark" in fault.when ? [{ fault, when: fault.when }] : []));

  test("hits the node of the mark, at once as often as a little later, and lets it come back soon as often as late", () => {
    expect(triggered.every(({ fault }) => "self" in fault.targets)).toBe(true);
    const atOnce = triggered.filter(({ when }) => when.delayMs === 0).length / triggered.length;
    const kills = triggered.filter(({ fault }) => fault.kind === "kill" || fault.kind === "power-cut");
    const soon = kills.filter(({ fault }) => fault.durationMs <= 150).length / kills.length;
    for (const share of [atOnce, soon]) expect(share).toBeGreaterThan(0.3);
    for (const share of [atOnce, soon]) expect(share).toBeLessThan(0.8);
    expect(new Set(triggered.map(({ fault }) => fault.kind))).toEqual(new Set(["kill", "power-cut", "partition", "pause"]));
  });

  test("prefers the first marks and never asks for an occurrence beyond the typical count", () => {
    const count = (mark: string): number => triggered.filter(({ when }) => when.mark === mark).length;
    expect(count("raft.vote-granted")).toBeGreaterThan(count("raft.appended"));
    expect(count("raft.appended")).toBeGreaterThan(0);
    expect(Math.max(...triggered.filter(({ when }) => when.mark === "raft.vote-granted").map(({ when }) => when.occurrence))).toBeLessThanOrEqual(6);
  });

  test("cuts off whoever leads, also in one direction, unless there is no such role", () => {
    const atLeader = faults.filter(({ targets }) => "role" in targets);
    expect(new Set(atLeader.flatMap((fault) => (fault.kind === "partition" ? [fault.params.direction] : [])))).toEqual(new Set(["both", "in", "out"]));
    expect(atLeader.some((a) => atLeader.some((b) => a.kind === "partition" && b.kind === "clock-step" && timeOf(a) === timeOf(b)))).toBe(true);
    expect(targeted.schedule(contextOf(1, { roles: [], marks: [] })).every(({ targets }) => "nodes" in targets)).toBe(true);
  });
});

test("pairs hit one node twice, the second fault beginning while the first lasts or when it ends", () => {
  for (let seed = 0; seed < seedCount; seed++) {
    const faults = pairs.schedule(contextOf(seed));
    const partners = faults.filter((fault) =>
      faults.some((other) => other !== fault && timeOf(other) <= timeOf(fault) && timeOf(fault) <= timeOf(other) + other.durationMs),
    );
    expect(faults.length).toBeGreaterThan(1);
    expect(partners.length).toBeGreaterThanOrEqual(faults.length / 2);
    expect(faults.filter(({ kind }) => kind !== "partition").every(({ targets }) => "nodes" in targets && targets.nodes.length === 1)).toBe(true);
  }
});
