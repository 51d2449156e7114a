// Leases with fencing tokens, cut so that no clock decides alone: a table that is pure data (fit for a replicated log), the
// grantor's watch over silent holders, the holder's own careful view, and the sink that refuses old tokens. Synchronous.
//
// Gray and Cheriton 1989: a holder counts from before it asked, the grantor from after it granted, so that the holder
// stops first as long as both clocks run at nearly one rate. Kleppmann 2016: since a pause can fall after any check,
// the resource itself must refuse a token older than one it has seen; the lease alone is only a hint.
import type { JsonObject } from "../../harness/json.ts";

export interface Lease extends JsonObject {
  /** What is leased. */
  readonly name: string;
  readonly holder: string;
  /** Grows with every grant of any name, never with a renewal. */
  readonly token: number;
  /** Grows with every renewal: an expiry that was decided before a renewal names an older number and does nothing. */
  readonly renewal: number;
}

/** Who holds what. Time plays no part, so that every replica that applies the same changes has the same table. */
export class LeaseTable {
  private readonly leases = new Map<string, Lease>();
  private lastToken = 0;

  /** Null: somebody holds it, also if that is the asker itself (use `renew`). */
  grant(name: string, holder: string): Lease | null {
    if (this.leases.has(name)) return null;
    const lease = { name, holder, token: ++this.lastToken, renewal: 0 };
    this.leases.set(name, lease);
    return lease;
  }

  /** Null: this token's lease is over. */
  renew(name: string, token: number): Lease | null {
    const lease = this.leases.get(name);
    if (lease?.token !== token) return null;
    const renewed = { ...lease, renewal: lease.renewal + 1 };
    this.leases.set(name, renewed);
    return renewed;
  }

  /** Ends a lease; false: this token's lease was over already. */
  release(name: string, token: number): boolean {
    return this.leases.get(name)?.token === token && this.leases.delete(name);
  }

  /** Ends a lease unless it was renewed since the grantor looked at it. */
  expire(seen: Pick<Lease, "name" | "token" | "renewal">): boolean {
    const lease = this.leases.get(seen.name);
    return lease?.token === seen.token && lease.renewal === seen.renewal && this.leases.delete(seen.name);
  }

  find(name: string): Lease | null {
    return this.leases.get(name) ?? null;
  }

  /** All leases in order of their grant. */
  all(): readonly Lease[] {
    return [...this.leases.values()].toSorted((a, b) => a.token - b.token);
  }

  snapshot(): { readonly lastToken: number; readonly leases: readonly Lease[] } {
    return { lastToken: this.lastToken, leases: this.all() };
  }

  restore(snapshot: { readonly lastToken: number; readonly leases: readonly Lease[] }): void {
    this.lastToken = snapshot.lastToken;
    this.leases.clear();
    for (const lease of snapshot.leases) this.leases.set(lease.name, lease);
  }
}

/**
 * The grantor's side of time: since when each lease, as it stands, has been silent. A new grantor starts with `forget`: it
 * cannot know when holders were last heard, so it gives every one of them a whole term more.
 */
export class LeaseWatch {
  private readonly termMs: number;
  private readonly seen = new Map<string, { readonly lease: Lease; readonly sinceMs: number }>();

  /** `termMs`: a holder's term plus the margin by which clocks may run apart within it. */
  constructor(termMs: number) {
    this.termMs = termMs;
  }

  /** Notes what is new in the table and answers the leases that have been silent for a whole term. */
  due(leases: readonly Lease[], nowMs: number): readonly Lease[] {
    const silent: Lease[] = [];
    const names = new Set<string>();
    for (const lease of leases) {
      names.add(lease.name);
      const known = this.seen.get(lease.name);
      if (known === undefined || known.lease.token !== lease.token || known.lease.renewal !== lease.renewal)
        this.seen.set(lease.name, { lease, sinceMs: nowMs });
      else if (nowMs - known.sinceMs >= this.termMs) silent.push(lease);
    }
    for (const name of this.seen.keys()) if (!names.has(name)) this.seen.delete(name);
    return silent;
  }

  forget(): void {
    this.seen.clear();
  }
}

/** The holder's side: until when, by its own monotonic clock, it may believe that it holds the lease. */
export class HeldLease {
  readonly token: number;
  readonly untilMs: number;

  /** `askedAtMs`: when the request for this grant or renewal was sent, not when the answer came. */
  constructor(options: { readonly token: number; readonly askedAtMs: number; readonly termMs: number }) {
    this.token = options.token;
    this.untilMs = options.askedAtMs + options.termMs;
  }

  isHeld(nowMs: number): boolean {
    return nowMs < this.untilMs;
  }
}

/** Guards a resource: once it has seen a token it refuses every smaller one. */
export class FencedSink {
  private highest = 0;

  /** False: the lease of this token is over, the write must not happen. */
  accept(token: number): boolean {
    if (token < this.highest) return false;
    this.highest = token;
    return true;
  }
}
