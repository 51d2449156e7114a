// Integers of any size as decimal strings: revisions, ids, fencing tokens. For checkers that compare without rounding.

const form = /^-?\d+$/;

/** True for an optional minus and digits, nothing else. */
export function isDecimal(text: string): boolean {
  return form.test(text);
}

/** Negative, 0 or positive, as `a` is less than, equal to or greater than `b`. Both must be decimals. O(digits), exact at any size. */
export function compareDecimals(a: string, b: string): number {
  // Equal lengths without signs are the common case, where the order of text is the order of numbers.
  if (a.length === b.length && !a.startsWith("-") && !b.startsWith("-")) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
