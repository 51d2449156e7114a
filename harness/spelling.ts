// The nearest right spelling of a wrong word. For whoever has to refuse a name: plans, options, the command line.

/**
 * The candidate that was most likely meant, or undefined if none is near: at most a third of the longer word may differ
 * (and at least one edit is always allowed). Ties go to the earlier candidate. O(candidates x length^2).
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (distance <= allowed && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A way out for an unknown name: `Did you mean "kv"?`, or the list of what there is (at most 12). */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const meant = nearest(word, all);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  if (all.length === 0) return "There are none.";
  const shown = all.slice(0, 12).join(", ");
  return all.length > 12 ? `There are: ${shown}, and ${all.length - 12} more.` : `There are: ${shown}.`;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment; Damerau 1964). */
export function editDistance(a: string, b: string): number {
  // Nobody misspells a word of this length; hostile input must not cost a quadratic table.
  if (a.length > 100 || b.length > 100) return a === b ? 0 : Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min(substitution, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}
