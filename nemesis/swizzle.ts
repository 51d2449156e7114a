// Swizzle-clog: links stall one node after the other and come back in another order, while single pairs stall at random.
//
// After FoundationDB (fdbrpc, RandomClogging.cpp): each node with probability one half, from U[0, t/2] to U[t/2, t]; besides
// ten random pairs for the whole of t; t = 10 s x exp(-10 u). Here t is at least 100 ms, and the pairs are fewer in small clusters.
import type { Link } from "../harness/faults.ts";
import type { Nemesis, NemesisContext } from "../harness/nemesis.ts";
import type { NodeName } from "../harness/operation.ts";
import { named } from "./define.ts";
import type { FaultBody } from "./draw-fault.ts";
import { between, nodesOf } from "./grudge.ts";
import type { Window } from "./windows.ts";

export const swizzle: Nemesis = {
  name: "swizzle",
  text: "Stalls the links of half of the nodes one after the other, and of random pairs, and frees them in another order.",
  kinds: ["partition"],
  schedule(context) {
    const { random, nodes, durationMs, allowed } = context;
    if (!allowed.has("partition") || nodes.length < 2 || durationMs < shortestRoundMs) return [];
    const faults: { body: FaultBody; window: Window }[] = [];
    for (let atMs = 0; atMs + shortestRoundMs <= durationMs;) {
      const lengthMs = Math.min(durationMs - atMs, roundMs(random.float("round")));
      faults.push(...round(context, { atMs, durationMs: lengthMs }));
      atMs += lengthMs + random.between(500, 2000, "calm");
    }
    return named("swizzle", faults);
  },
};

const shortestRoundMs = 100;
const mostPairs = 10;

function roundMs(draw: number): number {
  return Math.max(shortestRoundMs, Math.round(10_000 * Math.exp(-10 * draw)));
}

function round({ random, nodes }: NemesisContext, whole: Window): { body: FaultBody; window: Window }[] {
  const half = Math.floor(whole.durationMs / 2);
  const stalled = nodes.filter(() => random.chance(0.5, "swizzled"));
  const ofNodes = stalled.map((node) => {
    const [from, to] = [random.between(0, half, "from"), random.between(half, whole.durationMs, "to")];
    const others = nodes.filter((other) => other !== node);
    return { body: stall(between([node], others)), window: { atMs: whole.atMs + from, durationMs: Math.max(1, to - from) } };
  });
  const pairCount = Math.min(mostPairs, Math.floor(nodes.length / 2));
  const ofPairs = Array.from({ length: pairCount }, () => {
    const [from = "", to = ""] = random.shuffle<NodeName>(nodes, "pair");
    return { body: stall([{ from, to }]), window: whole };
  });
  return [...ofNodes, ...ofPairs];
}

function stall(links: readonly Link[]): FaultBody {
  return { kind: "partition", targets: { nodes: nodesOf(links) }, params: { links, onHeal: "deliver" } };
}
