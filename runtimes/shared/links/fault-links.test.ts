// Which directions a fault means, by examples and against the sentence that describes each rule.
import fc from "fast-check";
import { expect, test } from "vitest";
import { linksHit, type NetworkFaultShape } from "./fault-links.ts";

const hosts = { nodes: ["n1", "n2", "n3"], clients: ["client-0", "client-1"] };
const hit = (fault: NetworkFaultShape, ...victims: readonly string[]): readonly string[] =>
  linksHit(fault, victims, hosts).map(({ from, to }) => `${from}>${to}`);

test("a partition blocks what crosses between victims and other nodes, in the directions asked for", () => {
  expect(hit({ kind: "partition", params: {} }, "n1")).toEqual(["n1>n2", "n1>n3", "n2>n1", "n3>n1"]);
  expect(hit({ kind: "partition", params: { direction: "out" } }, "n1")).toEqual(["n1>n2", "n1>n3"]);
  expect(hit({ kind: "partition", params: { direction: "in" } }, "n1")).toEqual(["n2>n1", "n3>n1"]);
  expect(hit({ kind: "partition", params: {} }, "n1", "n2", "n3")).toEqual([]);
  expect(hit({ kind: "partition", params: {} }, "n1", "n2")).toEqual(["n1>n3", "n2>n3", "n3>n1", "n3>n2"]);
});

test("a partition with clients blocks theirs to the victims, too", () => {
  expect(hit({ kind: "partition", params: { clients: true, direction: "in" } }, "n1")).toEqual(["n2>n1", "n3>n1", "client-0>n1", "client-1>n1"]);
  expect(hit({ kind: "partition", params: { clients: true } }, "n1", "n2", "n3")).toHaveLength(12);
});

test("a partition with links of its own means exactly these, whatever else it says", () => {
  const links = [{ from: "client-1", to: "n2" }];
  expect(linksHit({ kind: "partition", params: { links, direction: "in" } }, ["n1"], hosts)).toEqual(links);
  expect(linksHit({ kind: "partition", params: { links: [] } }, ["n1"], hosts)).toEqual([]);
});

test("refuse and half-open hit what leads to a victim, from nodes and clients", () => {
  for (const kind of ["refuse", "half-open"] as const) {
    expect(hit({ kind, params: {} }, "n2")).toEqual(["n1>n2", "n3>n2", "client-0>n2", "client-1>n2"]);
  }
});

test("all others hit every link with a victim at either end", () => {
  const expected = ["n1>n2", "n2>n1", "n2>n3", "n2>client-0", "n2>client-1", "n3>n2", "client-0>n2", "client-1>n2"];
  expect(hit({ kind: "slow", params: { latencyMs: 1, jitterMs: 0 } }, "n2")).toEqual(expected);
  expect(hit({ kind: "reset", params: { probability: 1 } }, "n2")).toEqual(expected);
  expect(hit({ kind: "corrupt", params: { probability: 1 } }, "n2")).toEqual(expected);
});

test("no link is hit twice, leads back to its host, or joins two clients", () => {
  const kinds: readonly NetworkFaultShape[] = [
    { kind: "partition", params: { clients: true } },
    { kind: "loss", params: { probability: 1 } },
    { kind: "refuse", params: {} },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.subarray(hosts.nodes), (fault, victims) => {
      const links = linksHit(fault, victims, hosts);
      expect(new Set(links.map(({ from, to }) => `${from}>${to}`)).size).toBe(links.length);
      for (const { from, to } of links) expect([from === to, hosts.clients.includes(from) && hosts.clients.includes(to)]).toEqual([false, false]);
    }),
  );
});
