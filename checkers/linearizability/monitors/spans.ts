// Open intervals of history positions, merged and searched. For monitors that ask "was there a moment without any?".

/** Everything strictly between two positions. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The union as disjoint spans in order. Spans that only touch stay apart: the moment between them is free. O(n log n). */
export function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: { readonly from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from < last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** The span of a merged list that has the moment strictly inside. O(log n). */
export function spanAround(merged: readonly Span[], moment: number): Span | undefined {
  let [low, high] = [0, merged.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((merged[middle]?.from ?? Infinity) < moment) low = middle + 1;
    else high = middle;
  }
  const span = merged[low - 1];
  return span !== undefined && moment < span.to ? span : undefined;
}
