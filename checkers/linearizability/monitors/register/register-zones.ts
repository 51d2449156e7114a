// Decides registers whose written values are all distinct, with reads, writes, deletes and compare-and-sets, in
// O(n log n). For histories with many clients, where searching is hopeless.
//
// Gibbons and Korach 1997 ("Testing shared memories"): with distinct values every read names its write, so the operations
// on one value stand together in every linearization. Such a cluster must hold the register from its first completion to
// its last invocation (a forward zone), or just at some moment between its last invocation and first completion (a
// backward zone). Ours differs in three ways: successful compare-and-sets chain clusters into blocks; an indeterminate
// operation is exact, it counts if and only if somebody saw its value; and observers that no rule covers, refused
// compare-and-sets and those who met one of several absences, are placed afterwards (register-zones-placement.ts).
// Leaving observers out can hide a contradiction, but never make one.
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { RegisterInput, RegisterOperation, RegisterOutput } from "../../models/register-operation.ts";
import { placesInOrder } from "../moments.ts";
import { blocksOf, provenOperation } from "./register-zones-blocks.ts";
import type { RegisterBlocks } from "./register-zones-blocks.ts";
import { clustersOf, none } from "./register-zones-clusters.ts";
import type { RegisterClusters } from "./register-zones-clusters.ts";
import { placementOf } from "./register-zones-placement.ts";
import { impossibleRefusal } from "./register-zones-refusals.ts";

/** For registers that hold `initial` at first. */
export function registerZones(initial: string | null): Monitor<RegisterInput, RegisterOutput> {
  return {
    name: "register zones",
    precondition: "no value is written twice",
    decide: (operations) => decide(operations, initial),
  };
}

function decide(operations: readonly RegisterOperation[], initial: string | null): MonitorAnswer {
  const clusters = clustersOf(operations, initial);
  if (typeof clusters === "string") return { verdict: "inapplicable", why: clusters };
  const blocks = blocksOf(clusters);
  if ("suspects" in blocks) return { verdict: "invalid", suspects: distinct(blocks.suspects) };
  const zones = new Zones(clusters, blocks);
  const suspects = zones.conflict();
  if (suspects !== undefined) return { verdict: "invalid", suspects: distinct(suspects) };
  if (clusters.refusals.length === 0 && clusters.loose.length === 0) return { verdict: "valid", order: zones.order() };
  const impossible = impossibleRefusal(clusters, blocks) ?? zones.impossibleAbsence();
  if (impossible !== undefined) return { verdict: "invalid", suspects: distinct(impossible) };
  const order = placementOf(clusters, blocks);
  return typeof order === "string" ? { verdict: "inapplicable", why: order } : { verdict: "valid", order };
}

function distinct(positions: readonly number[]): number[] {
  return [...new Set(positions)].filter((position) => position !== none);
}

/** The blocks in time. */
class Zones {
  readonly #clusters: RegisterClusters;
  readonly #blocks: RegisterBlocks;
  /** Blocks that hold the register for a while, in order of their beginning, with the columns of these. */
  readonly #forward: Int32Array;
  readonly #from: Float64Array;

  constructor(clusters: RegisterClusters, blocks: RegisterBlocks) {
    this.#clusters = clusters;
    this.#blocks = blocks;
    const { blockCount, firstEnds, lastStarts } = blocks;
    const forward: number[] = [];
    for (let block = 0; block < blockCount; block++) if ((firstEnds[block] ?? 0) < (lastStarts[block] ?? 0)) forward.push(block);
    const begins = Float64Array.from(forward, (block) => firstEnds[block] ?? 0);
    const inOrder = placesInOrder(begins);
    this.#forward = Int32Array.from(inOrder, (place) => forward[place] ?? none);
    this.#from = Float64Array.from(inOrder, (place) => begins[place] ?? 0);
  }

  /** Two forward zones that overlap, or a backward zone inside a forward one. */
  conflict(): number[] | undefined {
    const { blockCount, firstEnds, lastStarts } = this.#blocks;
    for (let index = 1; index < this.#forward.length; index++) {
      const [before, zone] = [this.#forward[index - 1]!, this.#forward[index]!]; // index is in bounds
      if (firstEnds[zone]! < lastStarts[before]!) return [...this.#extremes(before), ...this.#extremes(zone)];
    }
    for (let block = 0; block < blockCount; block++) {
      const [from, to] = [lastStarts[block]!, firstEnds[block]!]; // block is in bounds
      if (to < from) continue;
      const around = this.#around(from);
      if (around !== none && to < lastStarts[around]!) return [...this.#extremes(block), ...this.#extremes(around)];
    }
    return undefined;
  }

  /** A linearization of the required operations: forward blocks where they begin, backward ones as early as they can. */
  order(): number[] {
    const { blockCount, firstEnds, lastStarts, roots, successors } = this.#blocks;
    const { produced, readers, readerFirst, writers } = this.#clusters;
    const moments = new Float64Array(blockCount);
    // A backward block that begins inside a forward zone comes after it, because that zone began before.
    for (let block = 0; block < blockCount; block++) moments[block] = Math.min(firstEnds[block]!, lastStarts[block]!); // block is in bounds
    const order: number[] = [];
    for (const block of placesInOrder(moments)) {
      for (let value = roots[block] ?? none; value !== none; value = produced[successors[value] ?? none] ?? none) {
        const writer = writers[value] ?? none;
        if (writer !== none) order.push(writer);
        const end = readerFirst[value + 1] ?? 0;
        for (let index = readerFirst[value] ?? 0; index < end; index++) order.push(readers[index]!); // index is in bounds
      }
    }
    return order;
  }

  /** Somebody who met absence while the register certainly held a value. */
  impossibleAbsence(): number[] | undefined {
    const { loose, isKnown, starts, ends } = this.#clusters;
    for (const observer of loose) {
      if (isKnown[observer] === 0) continue;
      const around = this.#around(starts[observer] ?? 0);
      // The first block may hold the initial absence for some of the time.
      if (around === none || this.#blocks.roots[around] === 0 || (ends[observer] ?? 0) >= (this.#blocks.lastStarts[around] ?? 0)) continue;
      return [observer, ...this.#extremes(around)];
    }
    return undefined;
  }

  /** The forward zone that has this moment strictly inside; they are disjoint. O(log n). */
  #around(moment: number): number {
    let [low, high] = [0, this.#from.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#from[middle]! < moment)
        low = middle + 1; // middle is in bounds
      else high = middle;
    }
    const zone = this.#forward[low - 1] ?? none;
    return zone !== none && moment < (this.#blocks.lastStarts[zone] ?? 0) ? zone : none;
  }

  #extremes(block: number): number[] {
    return [...this.#proven(this.#blocks.firstEndBy[block] ?? none), ...this.#proven(this.#blocks.lastStartBy[block] ?? none)];
  }

  #proven(position: number): number[] {
    return provenOperation(this.#clusters, this.#blocks, position);
  }
}
