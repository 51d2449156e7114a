import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressPlan, overlap, subnetCount } from "./address-plan.ts";

const hosts = fc.record({ nodeCount: fc.integer({ min: 1, max: 15 }), clientCount: fc.integer({ min: 0, max: 60 }), subnetIndex: fc.nat(subnetCount - 1) });

function planOf({ nodeCount, clientCount, subnetIndex }: { nodeCount: number; clientCount: number; subnetIndex: number }): AddressPlan {
  const nodes = Array.from({ length: nodeCount }, (_, index) => `n${index + 1}`);
  return new AddressPlan(subnetIndex, { nodes, clients: Array.from({ length: clientCount }, (_, index) => `client-${index}`) });
}

describe("an address plan", () => {
  test("gives every host and every link an address of its own, inside the subnet", () => {
    fc.assert(
      fc.property(hosts, (size) => {
        const plan = planOf(size);
        const links = plan.nodes.flatMap((to) => [...plan.nodes, ...plan.clients].map((from) => plan.link({ from, to })));
        const all = [plan.hub, plan.host, ...plan.nodes.map((node) => plan.own(node)), ...links];
        expect(new Set(all).size).toBe(all.length);
        expect(all.every((address) => overlap(address, plan.subnet))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("has a block a node that holds its own address and those dialled, and nobody else's", () => {
    fc.assert(
      fc.property(hosts, (size) => {
        const plan = planOf(size);
        for (const node of plan.nodes) {
          expect(overlap(plan.own(node), plan.block(node))).toBe(true);
          expect(overlap(plan.own(node), plan.dialled(node))).toBe(false);
          expect(overlap(plan.dialled(node), plan.block(node))).toBe(true);
          expect([...plan.nodes, ...plan.clients].every((from) => overlap(plan.link({ from, to: node }), plan.dialled(node)))).toBe(true);
          expect([plan.hub, plan.host].some((address) => overlap(address, plan.block(node)))).toBe(false);
          expect(plan.nodes.some((other) => other !== node && overlap(plan.block(other), plan.block(node)))).toBe(false);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("keeps the subnets of different runs apart", () => {
    const subnets = Array.from({ length: subnetCount }, (_, subnetIndex) => planOf({ nodeCount: 3, clientCount: 3, subnetIndex }).subnet);
    expect(subnets.filter((subnet, index) => subnets.some((other, position) => position !== index && overlap(subnet, other)))).toEqual([]);
    expect(subnets[0]).toBe("198.18.0.0/20");
    expect(subnets.at(-1)).toBe("198.19.240.0/20");
  });

  test("says what packets of a direction look like", () => {
    const plan = planOf({ nodeCount: 2, clientCount: 1, subnetIndex: 0 });
    expect(plan.direction({ from: "n1", to: "n2" })).toEqual({ source: plan.block("n1"), destination: plan.block("n2") });
    expect(plan.direction({ from: "client-0", to: "n2" })).toEqual({ destination: `${plan.link({ from: "client-0", to: "n2" })}/32` });
    expect(plan.direction({ from: "n2", to: "client-0" })).toEqual({ source: `${plan.link({ from: "client-0", to: "n2" })}/32` });
    expect(plan.direction({ from: "client-0", to: "client-0" })).toBeUndefined();
  });

  test("says so when there are too many hosts", () => {
    expect(() => planOf({ nodeCount: 9, clientCount: 100, subnetIndex: 0 })).not.toThrow();
    expect(() => planOf({ nodeCount: 9, clientCount: 300, subnetIndex: 0 })).toThrow("more addresses");
  });

  test("knows when ranges overlap", () => {
    expect(overlap("10.0.0.0/8", "10.1.2.3")).toBe(true);
    expect(overlap("10.1.2.3/32", "10.1.2.4/32")).toBe(false);
    expect(overlap("198.18.0.77/15", "198.19.255.255")).toBe(true);
    expect(overlap("198.18.0.0/15", "198.20.0.0/16")).toBe(false);
  });
});
