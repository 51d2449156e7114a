// What the simulated objects draw their inputs and wrong answers from. `valueCount` 0 means distinct values.
import type { Random } from "../../../harness/random.ts";

export interface ObjectOptions {
  readonly keyCount: number;
  /** 0: all values are distinct. */
  readonly valueCount: number;
  /** Register: share of compare-and-sets among the operations; reads are half, writes the rest. Default 0.25. */
  readonly casShare?: number;
  /** Register: share of deletes. Default 0.03. */
  readonly deleteShare?: number;
}

export function keyOf(random: Random, { keyCount }: ObjectOptions): string {
  return `k${random.below(keyCount, "key")}`;
}

/** The value of the operation before which `count` were drawn. */
export function valueOf(random: Random, options: ObjectOptions, count: number): string {
  return String(options.valueCount === 0 ? count + 1 : random.below(options.valueCount, "value"));
}

/** One of a dozen, whether or not it was ever written. */
export function anyValue(random: Random): string {
  return String(random.below(12, "any value"));
}

/** A guess of what the object holds: right in seven of ten cases. For compare-and-sets that match. */
export function guess<T>(random: Random, present: T | undefined, other: T): T {
  return present !== undefined && random.chance(0.7, "guess") ? present : other;
}
