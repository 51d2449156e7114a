// Makes the ids of one slot, one after the other, from a clock that may jump. Synchronous; the caller waits and asks again.
import { encodeSnowflake, fitsSnowflake, sequenceCount } from "../parts/snowflake.ts";
import type { RefusalReason } from "./id-source.ts";
import type { SlotGrant } from "./slot-machine.ts";

/** `wait`: ask again after this long. */
export type Tick =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "wait"; readonly waitMs: number }
  | { readonly kind: "refuse"; readonly reason: RefusalReason };

/** A clock that is behind by at most this is waited for; beyond it the ticker refuses, since nobody should wait for an hour. */
export const patienceMs = 10;

export class SnowflakeTicker {
  private currentSlot = 0;
  private lastMs = -1;
  private sequence = 0;

  get slot(): number {
    return this.currentSlot;
  }

  /** Times up to `grant.aboveMs` count as used up, as if this ticker had used them. */
  adopt(grant: SlotGrant): void {
    this.currentSlot = grant.slot;
    this.lastMs = grant.aboveMs;
    this.sequence = sequenceCount - 1;
  }

  /** The clock is so far behind the last id of this slot that only another slot helps. */
  isStuck(wallMs: number): boolean {
    return this.regressMs(wallMs, this.lastMs) > patienceMs;
  }

  /** The next id at this time. `afterMs`: the time of a token that it must be above, -1 if there is none. */
  next(wallMs: number, afterMs: number): Tick {
    if (!fitsSnowflake(wallMs)) return { kind: "refuse", reason: "clock-out-of-range" };
    const behindMs = this.regressMs(wallMs, this.lastMs);
    if (behindMs > 0) return behindMs <= patienceMs ? { kind: "wait", waitMs: behindMs } : { kind: "refuse", reason: "clock-regress" };
    const aheadMs = afterMs - wallMs + 1;
    if (aheadMs > 0) return aheadMs <= patienceMs ? { kind: "wait", waitMs: aheadMs } : { kind: "refuse", reason: "token-ahead" };
    const sequence = wallMs === this.lastMs ? this.following(this.sequence) : 0;
    if (sequence === null) return { kind: "wait", waitMs: 1 };
    this.lastMs = wallMs;
    this.sequence = sequence;
    return { kind: "id", id: encodeSnowflake({ timeMs: wallMs, slot: this.slot, sequence }) };
  }

  /** By how much the clock is behind the last id; 0 or less: it is not. */
  protected regressMs(wallMs: number, lastMs: number): number {
    return lastMs - wallMs;
  }

  /** The next sequence number of the same millisecond; null: there is none left. */
  protected following(sequence: number): number | null {
    return sequence + 1 < sequenceCount ? sequence + 1 : null;
  }
}
