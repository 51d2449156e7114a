// Values that must grow in real time: ids, fencing tokens, revisions, increment-only counters. For checkers.
import type { Operation } from "../harness/operation.ts";

/** What one completed operation says about a growing value: its smallest and its largest (equal for a single value). */
export interface Growth<V> {
  readonly operation: Operation;
  readonly low: V;
  readonly high: V;
}

/** `earlier` completed before `later` was invoked, yet the value of `later` is not above (or: is below) the one of `earlier`. */
export interface Inversion<G> {
  readonly earlier: G;
  readonly later: G;
}

export interface GrowthRule<V> {
  compare(a: V, b: V): number;
  /** Equal values of ordered operations are an inversion too. */
  readonly isStrict: boolean;
  /** Recorder's time that must lie between completion and invocation before the order counts. Default 0. */
  readonly gapNs?: number;
}

/**
 * For each operation that is out of order, one inversion: against the largest value known before it was invoked.
 * Sound and complete: there is an inversion between some pair iff one is answered. O(n log n). Concurrent operations have
 * no order (`earlier.completedIndex < later.invokedIndex` is one), and only operations that completed may be handed in.
 */
export function inversions<V, G extends Growth<V>>(growths: readonly G[], rule: GrowthRule<V>): Inversion<G>[] {
  const gapNs = rule.gapNs ?? 0;
  const byCompletion = growths.toSorted((a, b) => a.operation.completedIndex - b.operation.completedIndex);
  const byInvocation = growths.toSorted((a, b) => a.operation.invokedIndex - b.operation.invokedIndex);
  const found: Inversion<G>[] = [];
  let next = 0;
  let top: G | undefined;
  for (const later of byInvocation) {
    for (; next < byCompletion.length; next++) {
      const done = byCompletion[next];
      if (done === undefined || !precedes(done.operation, later.operation, gapNs)) break;
      if (top === undefined || rule.compare(done.high, top.high) > 0) top = done;
    }
    if (top === undefined) continue;
    const order = rule.compare(later.low, top.high);
    if (order < 0 || (order === 0 && rule.isStrict)) found.push({ earlier: top, later });
  }
  return found;
}

function precedes(a: Operation, b: Operation, gapNs: number): boolean {
  return a.completedIndex < b.invokedIndex && (gapNs === 0 || b.invokedNs - a.completedNs > gapNs);
}
