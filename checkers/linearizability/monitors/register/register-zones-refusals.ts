// Refused compare-and-sets that cannot have been refused. For the monitor of registers.
import { provenOperation } from "./register-zones-blocks.ts";
import type { RegisterBlocks } from "./register-zones-blocks.ts";
import { none } from "./register-zones-clusters.ts";
import type { RegisterClusters } from "./register-zones-clusters.ts";

/**
 * A refusal all of whose time the register certainly held the value, with the operations that say so; undefined if no such
 * is found, which means nothing. O(n).
 */
export function impossibleRefusal(clusters: RegisterClusters, blocks: RegisterBlocks): number[] | undefined {
  const { refusals, met, starts, ends, writers } = clusters;
  const { heldFrom, heldTo, heldFromBy, heldToBy } = blocks;
  const others = new LatestMutators(clusters);
  for (const refusal of refusals) {
    const value = met[refusal]!; // positions and values are in bounds, here and below
    // The value need not have been there yet. (Of all kinds of absence the initial one is the value, which is there from the beginning.)
    if (!(heldFrom[value]! < starts[refusal]!)) continue;
    const proven = [refusal, ...provenOperation(clusters, blocks, heldFromBy[value]!)];
    if (ends[refusal]! < heldTo[value]!) return [...proven, ...provenOperation(clusters, blocks, heldToBy[value]!)];
    const writer = writers[value]!;
    const since = writer === none ? -Infinity : starts[writer]!;
    const latest = others.latestEnd(ends[refusal]!, writer);
    if (latest === undefined || latest < since) return [...proven, ...provenOperation(clusters, blocks, writer)];
  }
  return undefined;
}

/** Asks for the last completion among operations that may have replaced a value. */
class LatestMutators {
  readonly #mutators: readonly number[];
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Of the mutators up to each, in order of invocation: the one that ends last, and the one that does without it. */
  readonly #last: Int32Array;
  readonly #lastButOne: Int32Array;

  constructor({ operationCount, produced, starts, ends }: RegisterClusters) {
    const mutators: number[] = [];
    for (let position = 0; position < operationCount; position++) if (produced[position] !== none) mutators.push(position);
    this.#mutators = mutators;
    this.#starts = starts;
    this.#ends = ends;
    this.#last = new Int32Array(mutators.length);
    this.#lastButOne = new Int32Array(mutators.length);
    let [last, lastButOne] = [none, none];
    for (const [index, mutator] of mutators.entries()) {
      if (this.#end(mutator) >= this.#end(last)) [last, lastButOne] = [mutator, last];
      else if (this.#end(mutator) >= this.#end(lastButOne)) lastButOne = mutator;
      this.#last[index] = last;
      this.#lastButOne[index] = lastButOne;
    }
  }

  /** The last completion of those invoked before the moment, `except` one; undefined if there are none. O(log n). */
  latestEnd(moment: number, except: number): number | undefined {
    let [low, high] = [0, this.#mutators.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[this.#mutators[middle]!]! <= moment)
        low = middle + 1; // middle is in bounds
      else high = middle;
    }
    const last = this.#last[low - 1] ?? none;
    return this.#ends[last === except ? (this.#lastButOne[low - 1] ?? none) : last];
  }

  #end(mutator: number): number {
    return this.#ends[mutator] ?? -Infinity;
  }
}
