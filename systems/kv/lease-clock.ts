// The leader's watch over leases: since when each has been silent, on the leader's monotonic clock. For the node.
import type { LeaseState } from "./locks.ts";

/**
 * A lease ends at the earliest `ttlMs` after this leader first saw it as it stands; so a new leader gives every lease its
 * whole time again, and a holder that renews in time is never ended (Gray and Cheriton 1989, from the side of the grantor).
 */
export class LeaseClock {
  readonly #seen = new Map<string, { readonly renewal: number; readonly sinceMs: number }>();

  /** Notes what is new and answers the leases that have been silent for their whole time. */
  due(leases: Iterable<LeaseState>, nowMs: number): LeaseState[] {
    const due: LeaseState[] = [];
    const alive = new Set<string>();
    for (const lease of leases) {
      alive.add(lease.id);
      const seen = this.#seen.get(lease.id);
      if (seen?.renewal !== lease.renewal) this.#seen.set(lease.id, { renewal: lease.renewal, sinceMs: nowMs });
      else if (nowMs - seen.sinceMs >= lease.ttlMs) due.push(lease);
    }
    for (const id of this.#seen.keys()) if (!alive.has(id)) this.#seen.delete(id);
    return due;
  }

  /** Not the leader any more: what it saw is worth nothing. */
  forget(): void {
    this.#seen.clear();
  }
}
