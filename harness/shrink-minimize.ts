// Delta debugging: which of many things are needed for a failure. For `shrink.ts`.

/**
 * Leaves out ever smaller chunks of `items` as long as the rest still fails, after the `ddmin` of Zeller and Hildebrandt
 * (2002, section 3.2), with complements only: a chunk that fails alone is reached by leaving out the others. If the test is
 * monotone and never refuses for lack of budget, no single item of the answer can be left out.
 * @param stillFails called with what would be kept; it must remember what it accepted. O(n log n) calls if little is needed, O(n^2) at worst
 */
export async function minimize<T>(items: readonly T[], stillFails: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  if (items.length === 0 || (await stillFails([]))) return [];
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); kept.length > 1;) {
    const smaller = await withoutChunks(kept, size, stillFails);
    const isDone = size === 1 && smaller.length === kept.length;
    kept = smaller;
    if (isDone) break;
    size = Math.max(1, Math.min(Math.floor(size / 2), Math.ceil(kept.length / 2)));
  }
  return kept;
}

/** One pass over the chunks, from the last to the first: what comes late is more often superfluous. */
async function withoutChunks<T>(items: readonly T[], size: number, stillFails: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = items;
  for (let end = kept.length; end > 0; end -= size) {
    const candidate = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
    if (candidate.length > 0 && (await stillFails(candidate))) kept = candidate;
  }
  return kept;
}
