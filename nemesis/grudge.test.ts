// The defining property of each shape of partition.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Link } from "../harness/faults.ts";
import { between, bridge, halves, isolated, majoritiesRing, nodesOf, oneWay } from "./grudge.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index + 1}`);
const sizes = Array.from({ length: 14 }, (_, index) => index + 2);

/** Nodes with which a node has contact in both directions, itself included. */
function contacts(node: string, nodes: readonly string[], links: readonly Link[]): string[] {
  return nodes.filter((other) => other === node || !links.some(({ from, to }) => (from === node && to === other) || (from === other && to === node)));
}

function isSymmetric(links: readonly Link[]): boolean {
  return links.every(({ from, to }) => links.some((back) => back.from === to && back.to === from));
}

test("no shape names a link twice, to itself, or to a stranger", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), (count) => {
      const nodes = names(count);
      for (const links of [halves(nodes), isolated(nodes), bridge(nodes), majoritiesRing(nodes), oneWay(nodes.slice(0, 1), nodes.slice(1))]) {
        expect(new Set(links.map(({ from, to }) => `${from} ${to}`)).size).toBe(links.length);
        expect(links.every(({ from, to }) => from !== to && nodes.includes(from) && nodes.includes(to))).toBe(true);
      }
    }),
  );
});

test.each(sizes)("halves of %i nodes are two cliques, of which one is a majority if the number is odd", (count) => {
  const nodes = names(count);
  const groups = new Set(nodes.map((node) => contacts(node, nodes, halves(nodes)).join()));
  expect(groups.size).toBe(2);
  expect(isSymmetric(halves(nodes))).toBe(true);
  expect(Math.max(...[...groups].map((group) => group.split(",").length))).toBe(Math.ceil(count / 2));
});

test.each(sizes)("isolated leaves one of %i nodes without anybody and the others complete", (count) => {
  const nodes = names(count);
  expect(contacts("n1", nodes, isolated(nodes))).toEqual(["n1"]);
  expect(contacts("n2", nodes, isolated(nodes))).toEqual(nodes.slice(1));
});

describe.each(sizes.filter((count) => count >= 3))("of %i nodes", (count) => {
  const nodes = names(count);

  test("a bridge has one node that hears everybody, and no path between the halves but through it", () => {
    const links = bridge(nodes);
    expect(contacts("n1", nodes, links)).toEqual(nodes);
    const [left, right] = [contacts(nodes[1] ?? "", nodes, links), contacts(nodes.at(-1) ?? "", nodes, links)];
    expect(left.filter((node) => right.includes(node))).toEqual(["n1"]);
    expect(new Set([...left, ...right])).toEqual(new Set(nodes));
  });

  test("in a majorities ring every node sees a majority, no two the same, nobody is cut off from all, and contact is mutual", () => {
    const links = majoritiesRing(nodes);
    const seen = nodes.map((node) => contacts(node, nodes, links));
    expect(seen.every((group) => group.length > count / 2)).toBe(true);
    expect(new Set(seen.map((group) => group.join())).size).toBe(count);
    expect(isSymmetric(links)).toBe(true);
    expect(links.length).toBeGreaterThan(0);
  });
});

test("too few nodes make no bridge and no ring", () => {
  expect([bridge(["a"]), majoritiesRing(["a", "b"]), majoritiesRing([])]).toEqual([[], [], []]);
});

test("one way blocks what is sent, and between blocks both ways", () => {
  expect(oneWay(["a"], ["b", "c"])).toEqual([
    { from: "a", to: "b" },
    { from: "a", to: "c" },
  ]);
  expect(between(["a"], ["b"])).toEqual([
    { from: "a", to: "b" },
    { from: "b", to: "a" },
  ]);
  expect(nodesOf(between(["b"], ["c", "a"]))).toEqual(["a", "b", "c"]);
});
