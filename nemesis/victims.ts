// Whom a fault hits. For nemeses.
import type { Target } from "../harness/faults.ts";
import type { NemesisContext } from "../harness/nemesis.ts";
import type { NodeName } from "../harness/operation.ts";
import type { Random } from "../harness/random.ts";

/** So many distinct nodes, in name order, so that equal choices look equal. */
export function someNodes(random: Random, nodes: readonly NodeName[], count: number): { readonly nodes: readonly NodeName[] } {
  return { nodes: random.shuffle(nodes, "victims").slice(0, count).toSorted() };
}

/** The nodes to choose from, and the one that a seed singles out, if it does. */
export type Victims = Pick<NemesisContext, "random" | "nodes" | "minority"> & { readonly favourite?: NodeName };

/** How often the favourite is hit when one node is. */
const favouriteShare = 0.6;

/** One node: often the favourite, so that troubles that only hurt together meet on one node. */
export function oneNode({ random, nodes, favourite }: Omit<Victims, "minority">): { readonly nodes: readonly NodeName[] } {
  return { nodes: [favourite !== undefined && random.chance(favouriteShare, "favourite") ? favourite : random.pick(nodes, "victim")] };
}

/** Mostly one node, else some that the system can do without; never more than `minority`, never fewer than one. */
export function withinMinority(victims: Victims): { readonly nodes: readonly NodeName[] } {
  const { random, nodes, minority } = victims;
  const most = Math.max(1, Math.min(minority, nodes.length));
  return most === 1 || random.chance(0.7, "single") ? oneNode(victims) : someNodes(random, nodes, random.between(2, most, "victim-count"));
}

/**
 * The role that faults are aimed at: `leader` if the system has it, else its first. undefined: it has no roles.
 * A system whose nodes are all equal has no victim that is worth more than another.
 */
export function leadingRole(roles: readonly string[]): string | undefined {
  return roles.includes("leader") ? "leader" : roles[0];
}

/** One node of that role when the fault fires. */
export function currentLeader(role: string): Target {
  return { role, count: 1 };
}
