// What threads say to the one who started them: notes on the way, and one answer. Plain data.
import type { StopReason } from "../../harness/checker.ts";
import type { LinearizationStep } from "../../harness/verdict.ts";

/** How much there is to do; said as soon as the file has been read. */
export interface HistorySize {
  readonly operations: number;
  readonly completed: number;
  readonly indeterminate: number;
  readonly partitions: number;
  readonly format: string;
  /** Of the machine's monotonic clock, milliseconds: when reading ended and deciding began. */
  readonly readAtMs: number;
}

/** One partition that somebody is at work on. */
export interface Attempt {
  /** Its key; empty if there is only one. */
  readonly partition: string;
  readonly operations: number;
  readonly indeterminate: number;
  /** The algorithm: name of a monitor, or `search`. */
  readonly by: string;
}

/** An operation of a witness; positions are those of events in the history. */
export interface WitnessOperation {
  readonly process: number;
  readonly text: string;
  /** E.g. `-> 7`; empty if there is none. */
  readonly result: string;
  readonly invoked: number;
  /** null: the outcome is unknown. */
  readonly completed: number | null;
  readonly node?: string;
}

export interface Violation {
  readonly why: string;
  readonly partition: string;
  readonly by: string;
  readonly because: string;
  /** null: a limit ended the search for a smallest one. */
  readonly witness: readonly WitnessOperation[] | null;
}

export interface PartitionLinearization {
  /** Position among the partitions of the history. */
  readonly index: number;
  readonly partition: string;
  readonly initialState: string;
  readonly steps: readonly LinearizationStep[];
  /** Further steps that are not listed. */
  readonly omitted: number;
}

/** Partitions that the same algorithm decided for the same reason. */
export interface Decided {
  readonly by: string;
  readonly because: string;
  readonly count: number;
}

/** A partition that a limit left undecided. */
export interface Stopped {
  readonly reason: Exclude<StopReason, "steps"> | "steps" | "inapplicable";
  readonly by: string;
  readonly why: string;
}

/** What came of some partitions. */
export interface Part {
  readonly decided: readonly Decided[];
  readonly violation: Violation | undefined;
  readonly stopped: readonly Stopped[];
  readonly linearizations: readonly PartitionLinearization[];
  readonly steps: number;
  readonly configurations: number;
  readonly deepest: number;
  /** Of the machine's monotonic clock. */
  readonly finishedAtMs: number;
}

/** A partition on its way to another thread; `bytes` is the serialised partition, shared and not copied. */
export interface SharedPartition {
  readonly index: number;
  readonly size: number;
  readonly bytes: SharedArrayBuffer;
}

export type ThreadNote =
  | { readonly kind: "read"; readonly size: HistorySize }
  | { readonly kind: "attempt"; readonly attempt: Attempt }
  /** A violation is certain; its witness is still being looked for. */
  | { readonly kind: "refuted"; readonly violation: Violation };

export type ThreadAnswer =
  /** `rest`: what needs further rounds, in the order in which it should get them. */
  | { readonly kind: "part"; readonly part: Part; readonly rest: readonly SharedPartition[] }
  /** The share of this round was used up. */
  | { readonly kind: "undecided"; readonly steps: number }
  /** The user's mistake. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string; readonly wayOut: string };

export type FromThread = { readonly note: ThreadNote } | { readonly answer: ThreadAnswer };
