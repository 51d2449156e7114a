// How far apart the snapshots of a replicated log are. For the replica.

/** Snapshots at the first distance, and how often it may double later. */
const firstCount = 16;
const mostDoublings = 5;

/**
 * Entries between two snapshots around `index`: a snapshot is due at every multiple of it. `first` at the beginning, twice as many
 * whenever the log has grown to twice its length, at most 32 times as many: a short run meets many snapshots, and a long one under
 * heavy load does not spend its time on them. A function of the index alone, so that all replicas capture the same states.
 */
export function snapshotDistance(index: number, first: number): number {
  const doublings = Math.floor(Math.log2(index / (firstCount * first)));
  return first * 2 ** Math.min(mostDoublings, Math.max(0, doublings));
}
