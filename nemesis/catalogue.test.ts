// Every nemesis: its faults lie inside the phase, are allowed, hit nodes that exist, and repeat with the seed.
import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultKinds, type FaultKind, type PlannedFault, type Target } from "../harness/faults.ts";
import type { NemesisContext } from "../harness/nemesis.ts";
import { seededRandom } from "../harness/random.ts";
import { nemeses } from "./catalogue.ts";

type Settings = Omit<NemesisContext, "random"> & { readonly seed: string };

const settings: fc.Arbitrary<Settings> = fc
  .record({
    seed: fc.string({ maxLength: 8 }),
    count: fc.integer({ min: 1, max: 7 }),
    durationMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1000, max: 20_000 })),
    allowed: fc.oneof(fc.constant([...faultKinds]), fc.subarray<FaultKind>([...faultKinds])),
    marks: fc.array(fc.record({ kind: fc.constantFrom("raft.vote-granted", "raft.appended"), typicalCount: fc.integer({ min: 0, max: 300 }) }), {
      maxLength: 3,
    }),
    roles: fc.constantFrom([], ["leader", "follower"], ["primary"]),
  })
  .map(({ count, allowed, ...rest }) => ({
    ...rest,
    allowed: new Set(allowed),
    nodes: Array.from({ length: count }, (_, index) => `n${index + 1}`),
    minority: Math.floor((count - 1) / 2),
  }));

const contextOf = ({ seed, ...rest }: Settings): NemesisContext => ({ ...rest, random: seededRandom(seed) });

const usual: Omit<Settings, "seed"> = {
  durationMs: 10_000,
  nodes: ["n1", "n2", "n3"],
  allowed: new Set(faultKinds),
  minority: 1,
  roles: ["leader", "follower"],
  marks: [
    { kind: "raft.vote-granted", typicalCount: 6 },
    { kind: "raft.appended", typicalCount: 60 },
  ],
};

test("the catalogue names every file that holds a nemesis, once", () => {
  const parts = ["catalogue", "define", "draw-fault", "draw-partition", "grudge", "index", "load-of-faults", "victims", "windows"];
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -3));
  expect(nemeses.map(({ name }) => name).toSorted()).toEqual(files.filter((name) => !parts.includes(name)).toSorted());
});

describe.each(nemeses)("$name", (nemesis) => {
  test("keeps inside the phase, the allowed kinds and the nodes", () => {
    fc.assert(
      fc.property(settings, (drawn) => {
        const faults = nemesis.schedule(contextOf(drawn));
        for (const fault of faults) expectPossible(fault, drawn);
        for (const { kind } of faults) expect(nemesis.kinds).toContain(kind);
        expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
        expect(faults.every(({ id }) => id.startsWith(`${nemesis.name}.`))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("draws the same schedule from the same seed, as plain JSON", () => {
    fc.assert(
      fc.property(settings, (drawn) => {
        const faults = nemesis.schedule(contextOf(drawn));
        expect(nemesis.schedule(contextOf(drawn))).toEqual(faults);
        expect(JSON.parse(JSON.stringify(faults))).toEqual(faults);
      }),
      { numRuns: 30 },
    );
  });

  test("does nothing when nothing is allowed", () => {
    expect(nemesis.schedule(contextOf({ ...usual, allowed: new Set(), seed: "s" }))).toEqual([]);
  });
});

test.each(nemeses.filter(({ name }) => name !== "none"))("$name does something in a usual run, and not the same for every seed", (nemesis) => {
  const schedules = Array.from({ length: 40 }, (_, seed) =>
    JSON.stringify(nemesis.schedule(contextOf({ ...usual, nodes: [...usual.nodes, "n4", "n5"], minority: 2, seed: String(seed) }))),
  );
  expect(new Set(schedules).size).toBeGreaterThan(30);
  expect(schedules.filter((schedule) => schedule === "[]").length).toBeLessThanOrEqual(1);
});

test("together they draw every kind that does not depend on the system", () => {
  const drawn = new Set(
    nemeses.flatMap((nemesis) =>
      Array.from({ length: 60 }, (_, seed) => nemesis.schedule(contextOf({ ...usual, seed: String(seed) })).map(({ kind }) => kind)).flat(),
    ),
  );
  expect(faultKinds.filter((kind) => !drawn.has(kind))).toEqual(["membership", "move", "load"]);
});

function expectPossible(fault: PlannedFault, { allowed, durationMs, nodes, marks, roles }: Settings): void {
  expect(allowed.has(fault.kind)).toBe(true);
  expect(fault.durationMs).toBeGreaterThanOrEqual(1);
  expect(Number.isInteger(fault.durationMs)).toBe(true);
  if ("atMs" in fault.when) {
    expect(fault.when.atMs).toBeGreaterThanOrEqual(0);
    expect(fault.when.atMs + fault.durationMs).toBeLessThanOrEqual(durationMs);
  } else {
    expect(marks.map(({ kind }) => kind)).toContain(fault.when.mark);
    expect(fault.when.occurrence).toBeGreaterThanOrEqual(1);
    expect(fault.durationMs).toBeLessThanOrEqual(durationMs);
  }
  expectTarget(fault.targets, { nodes, roles, isTriggered: !("atMs" in fault.when) });
  if (fault.kind === "partition")
    expect((fault.params.links ?? []).every(({ from, to }) => from !== to && nodes.includes(from) && nodes.includes(to))).toBe(true);
  if (fault.kind !== "membership" && fault.kind !== "move" && "probability" in fault.params)
    expect(fault.params.probability > 0 && fault.params.probability <= 1).toBe(true);
}

function expectTarget(target: Target, stage: { nodes: readonly string[]; roles: readonly string[]; isTriggered: boolean }): void {
  if ("nodes" in target) {
    expect(target.nodes.length).toBeGreaterThan(0);
    expect(target.nodes.every((node) => stage.nodes.includes(node))).toBe(true);
    expect(new Set(target.nodes).size).toBe(target.nodes.length);
  } else if ("role" in target) expect(stage.roles).toContain(target.role);
  else if ("self" in target) expect(stage.isTriggered).toBe(true);
  else if ("others" in target) {
    expect(target.count).toBeLessThan(stage.nodes.length);
    expectTarget(target.others, stage);
  } else expect(target).toEqual({ all: true });
}
