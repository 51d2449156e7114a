// Who no longer hears whom: shapes of partitions as links, pure functions of an order of nodes. For nemeses.
//
// Shuffle the nodes first: a shape takes them in the order given. Links are directed; a symmetric shape holds both directions.
import type { Link } from "../harness/faults.ts";
import type { NodeName } from "../harness/operation.ts";

/** Two groups, the first with the smaller half: a clean minority and majority (for 2 nodes: one against one). */
export function halves(order: readonly NodeName[]): Link[] {
  const middle = Math.floor(order.length / 2);
  return between(order.slice(0, middle), order.slice(middle));
}

/** One node alone: the first. */
export function isolated(order: readonly NodeName[]): Link[] {
  return between(order.slice(0, 1), order.slice(1));
}

/** Two halves that do not hear each other, and one node, the first, that hears both and is heard by both. From 3 nodes on. */
export function bridge(order: readonly NodeName[]): Link[] {
  return halves(order.slice(1));
}

/**
 * Every node keeps contact with a majority (itself included), and no two with the same one. Symmetric, since an exchange
 * needs both directions: each node keeps its nearest neighbours on a ring. Where that would be everybody (3 nodes), the
 * first and the last lose each other, which has the same property. Jepsen draws random graphs above 5 nodes; a circulant
 * graph is exact at any size. Fewer than 3 nodes: no links.
 */
export function majoritiesRing(order: readonly NodeName[]): Link[] {
  const count = order.length;
  if (count < 3) return [];
  const reach = Math.ceil(Math.floor(count / 2) / 2);
  const isRing = 2 * reach + 1 < count;
  return order.flatMap((from, index) =>
    order.flatMap((to, other) => {
      const distance = Math.min(Math.abs(index - other), count - Math.abs(index - other));
      const isCut = isRing ? distance > reach : Math.abs(index - other) === count - 1;
      return isCut ? [{ from, to }] : [];
    }),
  );
}

/** What the nodes of the first group send to the others, and not the reverse. */
export function oneWay(senders: readonly NodeName[], receivers: readonly NodeName[]): Link[] {
  return senders.flatMap((from) => receivers.map((to) => ({ from, to })));
}

/** Both directions between two groups. */
export function between(left: readonly NodeName[], right: readonly NodeName[]): Link[] {
  return [...oneWay(left, right), ...oneWay(right, left)];
}

/** The nodes whose links these are, in name order: what the record names as targets. */
export function nodesOf(links: readonly Link[]): NodeName[] {
  return [...new Set(links.flatMap(({ from, to }) => [from, to]))].toSorted();
}
