// How the arrays of a frontier grow. For frontier.ts and frontier-lineage.ts.

/** Above this length an array grows by an eighth and no longer doubles, so that a limit of memory is not overrun by half. */
const largeLength = 1 << 18;

/** The next length of an array that is too short for `needed` elements. Amortised O(1) copies an element, or O(8) if it is large. */
export function roomFor(needed: number, length: number): number {
  return Math.max(needed, length < largeLength ? 2 * length : length + (length >> 3));
}

/** The same elements in an array of another length. */
export function resized(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const other = new Int32Array(length);
  other.set(words.subarray(0, Math.min(length, words.length)));
  return other;
}
