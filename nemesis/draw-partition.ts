// One partition of any shape. For nemeses that draw.
import type { Fault, Link, Target } from "../harness/faults.ts";
import type { NemesisContext } from "../harness/nemesis.ts";
import type { NodeName } from "../harness/operation.ts";
import type { Random } from "../harness/random.ts";
import { bridge, halves, isolated, majoritiesRing, nodesOf, oneWay } from "./grudge.ts";
import { currentLeader, leadingRole } from "./victims.ts";

/** A partition without its name and its time. */
export type PartitionBody = Omit<Extract<Fault, { kind: "partition" }>, "id">;
export type PartitionStage = Pick<NemesisContext, "random" | "nodes" | "roles">;

/** Any shape, the current leader's links included; undefined for a single node. */
export function drawPartition(stage: PartitionStage): PartitionBody | undefined {
  const { random, nodes, roles } = stage;
  if (nodes.length < 2) return undefined;
  const order = random.shuffle(nodes, "order");
  const role = leadingRole(roles);
  const draw = random.below(100, "shape");
  if (draw < 30 && role !== undefined) return leaderCut(random, role, nodes.length);
  if (draw < 50) return cut(random, isolated(order));
  if (draw < 65) return cut(random, halves(order));
  if (draw < 80 || nodes.length < 3) return cut(random, drawOneWay(random, order));
  return cut(random, random.chance(0.5, "ring") ? majoritiesRing(order) : bridge(order));
}

/** Exactly these links, cut; what stalled is mostly delivered when it heals, as a real network would. */
export function cut(random: Random, links: readonly Link[]): PartitionBody {
  return { kind: "partition", targets: { nodes: nodesOf(links) }, params: { links, onHeal: drawHeal(random) } };
}

/** Whoever leads at that moment, alone or with a minority, cut off in both directions or in one; clients mostly still reach everybody. */
export function leaderCut(random: Random, role: string, nodeCount: number): PartitionBody {
  const leader = currentLeader(role);
  const majority = Math.floor(nodeCount / 2) + 1;
  const isAccompanied = nodeCount - majority > 1 && random.chance(0.3, "accompanied");
  const targets: Target = isAccompanied ? { others: leader, count: majority } : leader;
  return { kind: "partition", targets, params: { direction: drawDirection(random), onHeal: drawHeal(random), clients: random.chance(0.2, "clients") } };
}

/** A node or a minority that can send but is not heard from, or the reverse. */
export function drawOneWay(random: Random, order: readonly NodeName[]): Link[] {
  const count = random.between(1, Math.max(1, Math.floor(order.length / 2)), "group");
  const [group, rest] = [order.slice(0, count), order.slice(count)];
  return random.chance(0.5, "deaf") ? oneWay(rest, group) : oneWay(group, rest);
}

/** Mostly both ways; else the node hears nobody, or nobody hears it. */
export function drawDirection(random: Random): "both" | "in" | "out" {
  return random.pick(["both", "both", "in", "out"] as const, "direction");
}

/** Mostly what stalled is delivered late; else the connections break. */
export function drawHeal(random: Random): "deliver" | "cut" {
  return random.chance(0.7, "deliver") ? "deliver" : "cut";
}
