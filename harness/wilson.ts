// How sure a share is after so many seeds. For the scoreboard.

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const z = 1.96;

/**
 * The Wilson score interval at 95 % for `found` of `total` (Wilson 1927): sensible also for 0 of n and n of n, where the
 * normal approximation collapses to a point. Nothing tried: [0, 1].
 * @throws RangeError unless 0 <= found <= total, both integers
 */
export function wilsonInterval(found: number, total: number): Interval {
  if (!Number.isInteger(found) || !Number.isInteger(total) || found < 0 || found > total) throw new RangeError(`wilsonInterval(${found}, ${total})`);
  if (total === 0) return { low: 0, high: 1 };
  const share = found / total;
  const scale = 1 + (z * z) / total;
  const centre = (share + (z * z) / (2 * total)) / scale;
  const halfWidth = (z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))) / scale;
  return { low: found === 0 ? 0 : Math.max(0, centre - halfWidth), high: found === total ? 1 : Math.min(1, centre + halfWidth) };
}

/** The rule of three: after `total` tries without one event its rate is below this at 95 % (Hanley and Lippman-Hand 1983). At most 1. */
export function ruleOfThree(total: number): number {
  return total < 3 ? 1 : 3 / total;
}

/** One attempt to find something: how long it took, and whether it ended by finding (else it was cut off, "censored"). */
export interface Attempt {
  readonly length: number;
  readonly isFound: boolean;
}

/**
 * The median length of an attempt by the estimator of Kaplan and Meier (1958), which uses the attempts that were cut off for
 * what they say: "longer than this". Undefined when fewer than half can be said to have ended.
 */
export function medianLength(attempts: readonly Attempt[]): number | undefined {
  // At equal lengths the finds come first: a cut-off attempt of length n was still open at n.
  const sorted = attempts.toSorted((a, b) => a.length - b.length || Number(b.isFound) - Number(a.isFound));
  let survival = 1;
  for (const [index, attempt] of sorted.entries()) {
    if (!attempt.isFound) continue;
    survival *= 1 - 1 / (sorted.length - index);
    // Rounding must not turn an exact half into slightly more.
    if (survival <= 0.5 + 1e-12) return attempt.length;
  }
  return undefined;
}

/** The middle value (mean of the two middle ones), or undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
