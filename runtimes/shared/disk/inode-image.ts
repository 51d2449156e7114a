// One file's changes since it was last durable, and how to get back to what is. Pure; for the disk image and power cuts.
//
// The file itself holds all changes. Each was announced with the bytes it destroyed, so the harness can take them back, from
// the last to the first, and do again those that survive. A change stays until everything before it is durable too.
import type { ChangeRecord, Preimage, SyncOutcome } from "./image-record.ts";

/** `forsaken`: readable, but an fsync of it failed, and no later fsync saves it (Rebello et al., ATC 2020). */
export type ChangeOutcome = "pending" | "durable" | "forsaken";

export interface Change {
  readonly record: ChangeRecord;
  readonly preimage: Preimage;
  readonly outcome: ChangeOutcome;
}

/** What remembering a change costs, whatever its size. */
const changeWeightBytes = 512;

export class InodeImage {
  readonly id: number;
  /** Oldest first; those that are settled before those that are pending, the first of them not durable. */
  #changes: { readonly record: ChangeRecord; readonly preimage: Preimage; outcome: ChangeOutcome }[] = [];
  #settledCount = 0;
  #sequence = 0;
  #promisedSequence = 0;
  #weightBytes = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Number of the newest change; an fsync that starts now covers it. */
  get sequence(): number {
    return this.#sequence;
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Up to here an fsync was answered but not done. */
  get promisedSequence(): number {
    return this.#promisedSequence;
  }

  /** What its changes write, destroyed, and cost to remember. */
  get weightBytes(): number {
    return this.#weightBytes;
  }

  change(record: ChangeRecord, preimage: Preimage): void {
    this.#sequence = Math.max(this.#sequence, record.sequence);
    this.#changes.push({ record, preimage, outcome: "pending" });
    this.#weightBytes += weightOf(record, preimage);
  }

  /** Amortized O(changes covered). */
  settle(sequence: number, outcome: SyncOutcome): void {
    this.#sequence = Math.max(this.#sequence, sequence);
    if (outcome === "promised") {
      this.#promisedSequence = Math.max(this.#promisedSequence, sequence);
      return;
    }
    if (outcome === "flushed") this.#settledCount = 0;
    for (let change = this.#changes[this.#settledCount]; change !== undefined && change.record.sequence <= sequence;) {
      change.outcome = outcome === "forsaken" ? "forsaken" : "durable";
      change = this.#changes[++this.#settledCount];
    }
    this.#dropDurable();
  }

  keepPromises(): void {
    if (this.#promisedSequence > 0) this.settle(this.#promisedSequence, "durable");
    this.#promisedSequence = 0;
  }

  /** How long the file is on the platter, if it is `length` bytes long now. */
  durableLength(length: number): number {
    let durable = this.#changes[0]?.record.previousLength ?? length;
    for (const { record, outcome } of this.#changes) {
      if (outcome !== "durable") continue;
      durable = record.kind === "truncate" ? record.length : Math.max(durable, record.at + record.length);
    }
    return durable;
  }

  /** A durable change matters only behind one that is not. */
  #dropDurable(): void {
    let droppedCount = 0;
    for (let change = this.#changes[0]; change?.outcome === "durable"; change = this.#changes[++droppedCount]) {
      this.#weightBytes -= weightOf(change.record, change.preimage);
    }
    this.#changes.splice(0, droppedCount);
    this.#settledCount -= droppedCount;
  }
}

function weightOf(record: ChangeRecord, preimage: Preimage): number {
  return changeWeightBytes + preimage.sizeBytes + (record.kind === "write" ? record.length : 0);
}
