// Two faults on one node, one after the other: what only hurts in that order. A clock set back before a restart, an fsync
// that failed before the power did.
import type { FaultKind } from "../harness/faults.ts";
import type { Nemesis, NemesisContext } from "../harness/nemesis.ts";
import type { NodeName } from "../harness/operation.ts";
import { named } from "./define.ts";
import { drawFault, type FaultBody } from "./draw-fault.ts";
import { cut } from "./draw-partition.ts";
import { isolated } from "./grudge.ts";
import type { TimedBody } from "./load-of-faults.ts";
import { perTenSeconds, scattered, type Window } from "./windows.ts";

/** First, second. The second begins while the first is in force, or when it ends. */
const orders: readonly (readonly [FaultKind, FaultKind])[] = [
  ["disk-error", "power-cut"],
  ["disk-full", "power-cut"],
  ["lying-disk", "power-cut"],
  ["torn-write", "power-cut"],
  ["bit-rot", "kill"],
  ["clock-step", "kill"],
  ["clock-step", "power-cut"],
  ["clock-step", "partition"],
  ["partition", "clock-step"],
  ["pause", "clock-step"],
  ["partition", "kill"],
  ["partition", "power-cut"],
  ["reset", "kill"],
  ["half-open", "kill"],
  ["slow", "kill"],
  ["kill", "kill"],
];

/** Per 10 s of the fault phase. */
const pairCount = { least: 1, most: 4 } as const;
const firstMs = { shortestMs: 50, longestMs: 2500 } as const;
const secondMs = { shortestMs: 20, longestMs: 1500 } as const;

export const pairs: Nemesis = {
  name: "pairs",
  text: "Two faults on the same node, the second while the first is in force or right after it.",
  kinds: [...new Set(orders.flat())],
  schedule: (context) => named("pairs", drawPairs(context)),
};

/** So many pairs on random nodes, kinds that are not allowed left out. */
export function drawPairs(context: NemesisContext): TimedBody[] {
  const { random, nodes, durationMs, allowed } = context;
  const usable = orders.filter((order) => order.every((kind) => allowed.has(kind) && (kind !== "partition" || nodes.length > 1)));
  if (usable.length === 0 || nodes.length === 0 || durationMs < 2) return [];
  const count = perTenSeconds(random.between(pairCount.least, pairCount.most, "pair-count"), durationMs);
  return scattered(random, count, { durationMs, ...firstMs }).flatMap((window) => {
    const node = random.pick(nodes, "victim");
    const [first, second] = random.pick(usable, "order");
    return [
      { kind: first, at: window },
      { kind: second, at: following(window, context) },
    ].flatMap(({ kind, at }) => {
      const body = onNode(kind, node, context);
      return body === undefined ? [] : [{ body, window: at }];
    });
  });
}

function following(first: Window, { random, durationMs }: NemesisContext): Window {
  const atMs = Math.min(first.atMs + random.between(0, first.durationMs, "second-at"), durationMs - 1);
  const [own] = scattered(random, 1, { durationMs: durationMs - atMs, ...secondMs });
  return { atMs, durationMs: own?.durationMs ?? 1 };
}

function onNode(kind: FaultKind, node: NodeName, context: NemesisContext): FaultBody | undefined {
  const { random, nodes } = context;
  if (kind === "partition") return cut(random, isolated([node, ...nodes.filter((other) => other !== node)]));
  // Before a power cut only fsyncs matter, and one that succeeds in between heals the harm.
  if (kind === "disk-error")
    return { kind, targets: { nodes: [node] }, params: { probability: random.pick([0.5, 1], "fsync-failures"), operations: ["fsync"] } };
  const body = drawFault(kind, context);
  return body === undefined ? undefined : { ...body, targets: { nodes: [node] } };
}
