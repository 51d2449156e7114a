// Leases, locks that last as long as their lease, and the resource that locks protect. Part of the replicated state: no
// clock decides here; the leader watches the time and proposes the end of a lease (`lease-clock.ts`).

export type LeaseState = {
  readonly id: string;
  readonly ttlMs: number;
  /** Grows with every renewal: an expiry that was decided before a renewal does nothing. */
  readonly renewal: number;
};

export type LockState = {
  readonly lease: string;
  readonly fence: number;
};

export type SavedLocks = {
  readonly grantCount: number;
  readonly fenceCount: number;
  readonly leases: readonly LeaseState[];
  readonly locks: readonly (readonly [name: string, lock: LockState])[];
  readonly sinks: readonly (readonly [name: string, highest: number, value: string])[];
};

export class Locks {
  readonly #leases = new Map<string, LeaseState>();
  readonly #locks = new Map<string, LockState>();
  readonly #sinks = new Map<string, { readonly highest: number; readonly value: string }>();
  /** Ever granted: makes ids. */
  #grantCount = 0;
  protected fenceCount = 0;

  get leases(): IterableIterator<LeaseState> {
    return this.#leases.values();
  }

  get leaseCount(): number {
    return this.#leases.size;
  }

  grant(ttlMs: number): LeaseState {
    const lease = { id: `lease-${++this.#grantCount}`, ttlMs, renewal: 0 };
    this.#leases.set(lease.id, lease);
    return lease;
  }

  /** False: the lease is over. */
  renew(id: string): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    this.#leases.set(id, { ...lease, renewal: lease.renewal + 1 });
    return true;
  }

  /** Ends the lease and gives up its locks. With `renewal`: only if it was not renewed since. */
  end(id: string, renewal?: number): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined || (renewal !== undefined && lease.renewal !== renewal)) return false;
    this.#leases.delete(id);
    for (const [name, lock] of this.#locks) if (lock.lease === id) this.#locks.delete(name);
    return true;
  }

  isAlive(lease: string): boolean {
    return this.#leases.has(lease);
  }

  /** The fencing token, or null: somebody holds the lock. */
  acquire(name: string, lease: string): number | null {
    if (this.#locks.has(name)) return null;
    const fence = this.nextFence();
    this.#locks.set(name, { lease, fence });
    return fence;
  }

  /** Ends the lock if this is its token, and its lease with it; a holder that was too slow has nothing to end. */
  release(name: string, fence: number): void {
    const lock = this.#locks.get(name);
    if (lock?.fence === fence) this.end(lock.lease);
  }

  /** What the lock protects: it refuses whoever holds an older token than one that it has seen. */
  store(name: string, fence: number, value: string): boolean {
    if (!this.acceptsFence(fence, this.#sinks.get(name)?.highest ?? 1)) return false;
    this.#sinks.set(name, { highest: fence, value });
    return true;
  }

  snapshot(): SavedLocks {
    return {
      grantCount: this.#grantCount,
      fenceCount: this.fenceCount,
      leases: [...this.#leases.values()],
      locks: [...this.#locks],
      sinks: [...this.#sinks].map(([name, { highest, value }]) => [name, highest, value]),
    };
  }

  restore(saved: SavedLocks): void {
    this.#grantCount = saved.grantCount;
    this.fenceCount = saved.fenceCount;
    this.#leases.clear();
    this.#locks.clear();
    this.#sinks.clear();
    for (const lease of saved.leases) this.#leases.set(lease.id, lease);
    for (const [name, lock] of saved.locks) this.#locks.set(name, lock);
    for (const [name, highest, value] of saved.sinks) this.#sinks.set(name, { highest, value });
  }

  /** Never used before, for any lock. */
  protected nextFence(): number {
    return ++this.fenceCount;
  }

  protected acceptsFence(fence: number, highest: number): boolean {
    return fence >= highest;
  }
}
