import { describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { exampleSystem } from "./fixtures/system.fixture.ts";
import { parsePlan } from "./parse-plan.ts";
import { searchPlan, type SearchRequest } from "./search.ts";

const request: SearchRequest = { system: exampleSystem, module: "file:///kv.ts", seedBase: "7", index: 0 };
const plans = Array.from({ length: 400 }, (_, index) => searchPlan({ ...request, index }));

describe("the default search", () => {
  test("gives valid plans, the same ones every time, another one for each index and seed base", () => {
    for (const [index, plan] of plans.entries()) {
      expect(parsePlan(JSON.parse(JSON.stringify(plan)), "drawn")).toEqual(plan);
      expect(searchPlan({ ...request, index })).toEqual(plan);
    }
    expect(new Set(plans.map((plan) => plan.seed)).size).toBe(400);
    expect(searchPlan({ ...request, seedBase: "8" }).seed).not.toBe(plans[0]?.seed);
  });

  test("draws every value that the variant allows, and no other", () => {
    const [variant] = exampleSystem.variants;
    expect(new Set(plans.map((plan) => plan.workload))).toEqual(new Set(variant?.workloads));
    expect(new Set(plans.map((plan) => plan.nodes))).toEqual(new Set(variant?.search.nodes));
    expect(new Set(plans.map((plan) => plan.clients))).toEqual(new Set(variant?.search.clients));
    expect(new Set(plans.map((plan) => plan.durationMs))).toEqual(new Set(variant?.search.durationMs));
    expect(new Set(plans.map((plan) => plan.rateHz))).toEqual(new Set(variant?.search.rateHz));
  });

  test("draws independently: every pair of nodes and workload occurs", () => {
    expect(new Set(plans.map((plan) => `${plan.nodes} ${plan.workload}`)).size).toBe(4);
  });

  test("is the same for the correct system and for every bug of it", () => {
    for (const [index, plan] of plans.entries()) {
      const { bug, ...rest } = searchPlan({ ...request, index, bug: "stale-reads" });
      expect(bug).toBe("stale-reads");
      expect(rest).toEqual(plan);
    }
  });

  test("swarms in simulation, and checks core liveness on about one seed in eight", () => {
    for (const plan of plans) expect(plan).toMatchObject({ nemeses: ["swarm", "targeted"], options: { simulation: { swarm: true } } });
    const withLiveness = plans.filter((plan) => (plan.options.phases?.coreLivenessMs ?? 0) > 0).length;
    expect(withLiveness).toBeGreaterThan(25);
    expect(withLiveness).toBeLessThan(80);
  });

  test("keeps what the user fixed and draws the rest as if nothing had been fixed", () => {
    for (const [index, plan] of plans.entries()) {
      const overrides = { nodes: 7, options: { simulation: { freeze: true }, phases: { quietMs: 5 } } };
      const fixed = searchPlan({ ...request, index, overrides });
      expect(fixed).toMatchObject({ nodes: 7, options: { simulation: { swarm: true, freeze: true }, phases: { quietMs: 5 } } });
      expect({ ...fixed, nodes: plan.nodes, options: plan.options }).toEqual(plan);
      expect(fixed.options.phases?.coreLivenessMs).toBe(plan.options.phases?.coreLivenessMs);
    }
  });

  test("asks real-time runtimes for nothing that only the simulation has", () => {
    expect(searchPlan({ ...request, overrides: { runtime: "process" } }).options).toEqual({});
  });

  test("takes the variant of the bug", () => {
    expect(searchPlan({ ...request, bug: "lazy-gossip" }).variant).toBe("gossip");
  });

  test.each([
    [{ bug: "stale-read" }, 'Did you mean "stale-reads"?'],
    [{ variant: "rafd" }, 'Did you mean "raft"?'],
    [{ overrides: { workload: "registr" } }, 'Did you mean "register"?'],
    [{ bug: "lazy-gossip", variant: "raft" }, "ask for --variant gossip"],
  ])("refuses %j and knows the way out", (change, wayOut) => {
    expect(() => searchPlan({ ...request, ...change })).toThrow(expect.objectContaining({ wayOut: expect.stringContaining(wayOut) }));
    expect(() => searchPlan({ ...request, ...change })).toThrow(UsageError);
  });
});
