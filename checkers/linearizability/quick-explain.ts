// QuickXplain: the smallest part of a set that still has a property. For witnesses.

export interface SubsetQuestion<T> {
  /** Whether these have the property. Must be monotone: with more elements they still have it. */
  readonly suffices: (elements: readonly T[]) => boolean;
  /** Always part of the answer, and not returned. */
  readonly background: readonly T[];
  /** Preferred ones first. Together with the background they suffice. */
  readonly candidates: readonly T[];
}

/**
 * A minimal subset of the candidates that suffices together with the background: without any one of them it does not.
 * Junker 2004, algorithm 1; O(k log(n/k)) questions for an answer of size k.
 */
export function minimalSubset<T>({ suffices, background, candidates }: SubsetQuestion<T>): T[] {
  function explain(kept: readonly T[], hasGrown: boolean, open: readonly T[]): T[] {
    if (open.length === 0) return [];
    if (hasGrown && suffices(kept)) return [];
    if (open.length === 1) return [...open];
    const half = open.length >> 1;
    const [first, second] = [open.slice(0, half), open.slice(half)];
    const fromSecond = explain([...kept, ...first], true, second);
    const fromFirst = explain([...kept, ...fromSecond], fromSecond.length > 0, first);
    return [...fromFirst, ...fromSecond];
  }
  return explain(background, true, candidates);
}
