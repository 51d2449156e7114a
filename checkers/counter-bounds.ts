// Between which sums a read of a counter must lie, and which sums within it are possible at all. For the counter checker.
//
// For a read r: D, the additions that certainly count, are those acknowledged before r began; P, those that may count, are
// those that began before r ended and did not certainly fail (blocks of INTERVAL-SUM). Every addition of P \ D counts or does
// not, independently, also when the read adds up shards that it visits at different instants of its interval. Hence
//   sum of the positive D + sum of the negative P  <=  value  <=  sum of the positive P + sum of the negative D
import type { NodeName } from "../harness/operation.ts";
import type { Addition, CounterRead } from "./counter-history.ts";

/** What a read may answer at least and at most. */
export interface SumBounds {
  readonly lower: bigint;
  readonly upper: bigint;
}

/**
 * Whose acknowledgements make an addition certain: `cluster`, anybody's; `node`, only those of the node that serves the read
 * (replicated counters that converge); `cached`, anybody's that are older than the read's `maxStaleMs`.
 */
export type Certainty = "cluster" | "node" | "cached";

/** Bounds of any read over the same additions. O(log n) a read after O(n log n). */
export function sumBounds(additions: readonly Addition[], certainty: Certainty): (read: CounterRead) => SumBounds {
  const acknowledged = additions.filter(({ operation }) => operation.type === "ok");
  const possible = prefixSums(additions, ({ operation }) => operation.invokedIndex);
  const definite = definiteSums(acknowledged, certainty);
  return (read) => {
    const [sure, maybe] = [definite(read), possible(read.operation.completedIndex)];
    return { lower: sure.positive + maybe.negative, upper: maybe.positive + sure.negative };
  };
}

interface SignedSums {
  readonly positive: bigint;
  readonly negative: bigint;
}

const nothing: SignedSums = { positive: 0n, negative: 0n };

function definiteSums(acknowledged: readonly Addition[], certainty: Certainty): (read: CounterRead) => SignedSums {
  if (certainty === "cached") {
    const sums = prefixSums(acknowledged, ({ operation }) => operation.completedNs);
    return (read) => sums(read.operation.invokedNs - (read.maxStaleMs ?? 0) * 1e6);
  }
  if (certainty === "cluster") {
    const sums = prefixSums(acknowledged, ({ operation }) => operation.completedIndex);
    return (read) => sums(read.operation.invokedIndex);
  }
  const groups = Map.groupBy(acknowledged, ({ operation }): NodeName => operation.node ?? "");
  const sums = new Map([...groups].map(([node, group]) => [node, prefixSums(group, ({ operation }) => operation.completedIndex)]));
  return (read) => sums.get(read.operation.node ?? "")?.(read.operation.invokedIndex) ?? nothing;
}

/** Sums, by sign, of all additions whose position is below a given one. */
function prefixSums(additions: readonly Addition[], positionOf: (addition: Addition) => number): (before: number) => SignedSums {
  const sorted = additions.toSorted((a, b) => positionOf(a) - positionOf(b));
  const positions = sorted.map(positionOf);
  const sums: SignedSums[] = [nothing];
  let [positive, negative] = [0n, 0n];
  for (const { amount } of sorted) {
    if (amount > 0n) positive += amount;
    else negative += amount;
    sums.push({ positive, negative });
  }
  return (before) => sums[countBelow(positions, before)] ?? nothing;
}

/** The additions that a read may or may not have seen, by amount, and the sum of those that it must have seen. */
export interface Choice {
  readonly definite: bigint;
  readonly optional: ReadonlyMap<bigint, number>;
}

/** The choice of any fresh read. O(distinct amounts x log n) a read after O(n log n). */
export function choices(additions: readonly Addition[]): (read: CounterRead) => Choice {
  const groups = [...Map.groupBy(additions, ({ amount }) => amount)].map(([amount, group]) => ({
    amount,
    begun: group.map(({ operation }) => operation.invokedIndex).toSorted(ascending),
    acknowledged: group
      .filter(({ operation }) => operation.type === "ok")
      .map(({ operation }) => operation.completedIndex)
      .toSorted(ascending),
  }));
  return (read) => {
    let definite = 0n;
    const optional = new Map<bigint, number>();
    for (const { amount, begun, acknowledged } of groups) {
      const sureCount = countBelow(acknowledged, read.operation.invokedIndex);
      const maybeCount = countBelow(begun, read.operation.completedIndex) - sureCount;
      definite += amount * BigInt(sureCount);
      if (maybeCount > 0) optional.set(amount, maybeCount);
    }
    return { definite, optional };
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** How many of the ascending positions are below `limit`. */
function countBelow(positions: readonly number[], limit: number): number {
  let [from, to] = [0, positions.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((positions[middle] ?? Infinity) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
