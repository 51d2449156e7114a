import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { faultKinds, type FaultKind } from "./faults.ts";
import { exampleFault, exampleOperation, examplePlan } from "./fixtures/plan.fixture.ts";
import type { Json } from "./json.ts";
import { parsePlan, planHash } from "./parse-plan.ts";
import type { Plan } from "./plan.ts";

function copy(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function problemOf(json: unknown): string {
  try {
    parsePlan(json, "plan.json");
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} ${error.wayOut}`;
    throw error;
  }
  return "no problem";
}

const everyParameter: Readonly<Record<FaultKind, Json>> = {
  partition: { links: [{ from: "n1", to: "n2" }], direction: "in", onHeal: "cut", clients: true },
  slow: { latencyMs: 20, jitterMs: 5 },
  loss: { probability: 0.1 },
  duplicate: { probability: 0.1 },
  reorder: { probability: 0.1, delayMs: 30 },
  corrupt: { probability: 0.1 },
  reset: { probability: 0.1 },
  refuse: {},
  "half-open": {},
  kill: {},
  stop: { limitMs: 100 },
  pause: {},
  "slow-cpu": { factor: 10 },
  "power-cut": { torn: true },
  "disk-full": {},
  "disk-error": { probability: 0.1, operations: ["fsync"] },
  "lying-disk": {},
  "bit-rot": { sectorCount: 3 },
  "torn-write": {},
  wipe: {},
  "clock-step": { offsetMs: -5_000 },
  "clock-drift": { ratePpm: 200 },
  membership: { remove: "n1" },
  move: { shard: 3 },
  load: { factor: 2 },
};

const fullPlan: Plan = examplePlan({
  variant: "raft",
  bug: "stale-reads",
  options: { phases: { warmUpMs: 0, stopAtViolation: false, checkSteps: 10 }, simulation: { swarm: true }, workload: { keys: 3 }, system: {} },
  script: {
    operations: [exampleOperation(0, { node: "n1" }), exampleOperation(1, { input: { f: "read", key: { $from: 0, path: ["a"] } } })],
    faults: [
      exampleFault("f1", { targets: { others: { role: "leader", count: 1 }, count: 2 } }),
      exampleFault("f2", { targets: { self: true }, when: { mark: "raft.vote-granted", node: "any", occurrence: 3, delayMs: 0 } }),
    ],
  },
  expect: { failureClass: "KV-C1/register:linearizable", traceHash: "00ff" },
});

describe("a plan from outside", () => {
  test("that is complete and right comes through unchanged", () => {
    expect(parsePlan(copy(fullPlan), "plan.json")).toEqual(fullPlan);
    expect(parsePlan(copy(examplePlan()), "plan.json")).toEqual(examplePlan());
  });

  test.each(faultKinds)("may hold the fault %s with all its parameters, and no other ones", (kind) => {
    const fault = { ...exampleFault("f1"), kind, params: everyParameter[kind] };
    const plan = copy({ ...examplePlan(), script: { operations: [], faults: [fault] } });
    expect(parsePlan(plan, "plan.json")).toEqual(plan);
    if (kind === "membership" || kind === "move") return;
    const foreign = { ...fault, params: { ...(fault.params as object), nonsense: 1 } };
    expect(problemOf({ ...plan, script: { operations: [], faults: [foreign] } })).toContain("nonsense");
  });

  test.each(Object.keys(examplePlan()))("without its member %s is refused", (member) => {
    const { [member]: _removed, ...rest } = copy(examplePlan());
    expect(problemOf(rest)).toMatch(member === "schema" ? /has no schema/ : new RegExp(member));
  });

  test.each([
    [{ nodse: 3 }, 'unknown member "nodse". Did you mean "nodes"?'],
    [{ options: { phases: { quitMs: 1 } } }, 'options.phases: unknown member "quitMs". Did you mean "quietMs"?'],
    [{ options: { simulations: {} } }, 'Did you mean "simulation"?'],
    [{ nodes: 26 }, "nodes"],
    [{ nodes: 0 }, "nodes"],
    [{ nodes: 2.5 }, "nodes"],
    [{ clients: 201 }, "clients"],
    [{ rateHz: 0 }, "rateHz"],
    [{ durationMs: 3_600_001 }, "durationMs"],
    [{ durationMs: "10s" }, "durationMs"],
    [{ runtime: "simulated" }, "runtime"],
    [{ seed: 1 }, "seed"],
    [{ nemeses: "swarm" }, "nemeses"],
    [{ options: { system: [] } }, "options.system"],
    [{ schema: "faultline/plan/2" }, 'has the schema "faultline/plan/2"'],
    [{ script: { operations: [exampleOperation(1), exampleOperation(1)], faults: [] } }, "the id 1 occurs twice"],
    [{ script: { operations: [{ ...exampleOperation(1), input: { key: "x" } }], faults: [] } }, 'member "f"'],
    [{ script: { operations: [], faults: [{ ...exampleFault("f1"), kind: "partiton" }] } }, "one of the kinds of faults"],
    [{ script: { operations: [], faults: [{ ...exampleFault("f1"), targets: { everybody: true } }] } }, "expected a target"],
    [{ script: { operations: [], faults: [{ ...exampleFault("f1"), when: { atMs: -1 } }] } }, "script.faults.0.when"],
  ])("with %j is refused and the reason names the place", (change, reason) => {
    expect(problemOf({ ...copy(examplePlan()), ...change })).toContain(reason);
  });

  test.each([[null], [[]], ["plan"], [3]])("that is %j is refused", (json) => {
    expect(problemOf(json)).toContain("expected an object");
  });

  test("cannot smuggle a prototype or a bottomless value", () => {
    expect(problemOf(JSON.parse(JSON.stringify(examplePlan()).replace("{", '{"__proto__":{"nodes":3},')))).toContain("__proto__");
    let deep: Json = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(problemOf({ ...copy(examplePlan()), options: { workload: { deep } } })).toContain("nested at most 64 deep");
    let targets: Json = { all: true };
    for (let depth = 0; depth < 100_000; depth++) targets = { others: targets, count: 1 };
    expect(problemOf({ ...copy(examplePlan()), script: { operations: [], faults: [{ ...exampleFault("f1"), targets }] } })).toContain("nested at most 64 deep");
  });

  test("of any shape is refused with a UsageError or accepted, never a crash", () => {
    const members = fc.constantFrom(...Object.keys(fullPlan));
    fc.assert(
      fc.property(members, fc.jsonValue(), (member, value) => {
        expect(problemOf({ ...copy(fullPlan), [member]: value })).toMatch(/no problem|plan\.json/);
      }),
    );
  });
});

describe("the hash of a plan", () => {
  test("does not depend on the order of members nor on what a replay should find", () => {
    const reordered = Object.fromEntries(Object.entries(copy(fullPlan)).toReversed());
    expect(planHash(parsePlan(reordered, "plan.json"))).toBe(planHash(fullPlan));
    expect(planHash({ ...fullPlan, expect: { failureClass: null } })).toBe(planHash(fullPlan));
    expect(planHash(fullPlan)).toMatch(/^[0-9a-f]{16}$/);
  });

  test("depends on everything that is run", () => {
    const hashes = [fullPlan, { ...fullPlan, seed: "2" }, { ...fullPlan, nodes: 3 }, { ...fullPlan, options: {} }, examplePlan()].map(planHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
