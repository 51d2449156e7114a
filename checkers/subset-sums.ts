// Which sums can be reached by leaving some of the terms out. For counters with indeterminate additions.
//
// Deciding this is NP-complete in general (subset sum, Karp 1972). Counter workloads draw their amounts from a few classes
// that lie far apart, and then a search from the largest amount down, cut off where the rest cannot bridge the distance, is
// nearly linear. Maelstrom keeps a set of ranges of all reachable sums instead; asking for one sum needs no such set.

/** How often each amount is available. Zero and negative amounts are fine. */
export type Amounts = ReadonlyMap<bigint, number>;

/**
 * True if some sub-multiset of the amounts adds up to `sum`, false if none does, undefined when `stepLimit` steps did not
 * tell. Exact at any size. Steps: at most the product of (count + 1) over the distinct amounts, usually their sum.
 */
export function reaches(sum: bigint, amounts: Amounts, stepLimit: number): boolean | undefined {
  const classes = [...amounts].filter(([amount, count]) => amount !== 0n && count > 0).map(([amount, count]) => ({ amount, count: BigInt(count) }));
  classes.sort((a, b) => (magnitude(a.amount) > magnitude(b.amount) ? -1 : 1));
  return search(sum, classes, boundsFrom(classes), stepLimit);
}

interface AmountClass {
  readonly amount: bigint;
  readonly count: bigint;
}

interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** What the classes from each position on can add up to at least and at most. */
function boundsFrom(classes: readonly AmountClass[]): Bounds[] {
  const bounds: Bounds[] = [{ low: 0n, high: 0n }];
  for (const { amount, count } of classes.toReversed()) {
    const { low, high } = bounds[0] ?? { low: 0n, high: 0n };
    const total = amount * count;
    bounds.unshift(total < 0n ? { low: low + total, high } : { low, high: high + total });
  }
  return bounds;
}

function search(sum: bigint, classes: readonly AmountClass[], bounds: readonly Bounds[], stepLimit: number): boolean | undefined {
  let stepCount = 0;
  const refuted = new Set<string>();
  const visit = (position: number, left: bigint): boolean | undefined => {
    const reach = bounds[position] ?? { low: 0n, high: 0n };
    if (left < reach.low || left > reach.high) return false;
    const current = classes[position];
    if (current === undefined) return left === 0n;
    const key = `${position} ${left}`;
    if (refuted.has(key)) return false;
    const { from, to } = useful(current, left, bounds[position + 1] ?? { low: 0n, high: 0n });
    for (let used = from; used <= to; used++) {
      if (++stepCount > stepLimit) return undefined;
      const answer = visit(position + 1, left - used * current.amount);
      if (answer !== false) return answer;
    }
    refuted.add(key);
    return false;
  };
  return visit(0, sum);
}

/** How many of this class leave a distance that the rest can bridge; the range is exact, so hopeless counts cost nothing. */
function useful({ amount, count }: AmountClass, left: bigint, rest: Bounds): { from: bigint; to: bigint } {
  const [a, b] = [left - rest.high, left - rest.low];
  const [low, high] = amount > 0n ? [ceiling(a, amount), floor(b, amount)] : [ceiling(b, amount), floor(a, amount)];
  return { from: low < 0n ? 0n : low, to: high > count ? count : high };
}

function floor(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function ceiling(a: bigint, b: bigint): bigint {
  return -floor(-a, b);
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
