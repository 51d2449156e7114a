// What clients did and what came of it: the vocabulary of histories. Pure; for runners, checkers and reports.
import type { Json, JsonObject } from "./json.ts";

export type NodeName = string;

/**
 * What a client is asked to do: `f` names the action, the other members are its arguments.
 * A workload narrows it to a union, e.g. `{ f: "write"; key: string; value: string }`.
 */
export interface Input extends JsonObject {
  readonly f: string;
}

/** How an operation can end: it happened, it certainly did not, or nobody can tell. */
export type OutcomeType = "ok" | "fail" | "info";

/** What came of an invocation. `fail` claims that it certainly had no effect; when in doubt, `info` is always safe. */
export type Outcome<O extends Json = Json> =
  | { readonly type: "ok"; readonly output: O }
  | { readonly type: "fail"; readonly error: string }
  | { readonly type: "info"; readonly error: string };

/** The stages of a run in which operations happen, in this order. */
export type Phase = "warm-up" | "faults" | "core-liveness" | "final";

/**
 * One operation: an invocation with its completion, if it had one.
 * Order is `invokedIndex` and `completedIndex` (positions in the history), never time:
 * a precedes b iff a.completedIndex < b.invokedIndex.
 */
export interface Operation<I extends Input = Input, O extends Json = Json> {
  /** Position among the operations of the run, in order of invocation: 0, 1, 2 ... */
  readonly id: number;
  /** Sequential process; a process whose operation ended `info` never acts again. */
  readonly process: number;
  /** The node the client was bound to, if any. */
  readonly node?: NodeName;
  readonly phase: Phase;
  readonly input: I;
  readonly type: OutcomeType;
  /** Only when `type` is `ok`. */
  readonly output?: O;
  /** Only when `type` is `fail` or `info`. */
  readonly error?: string;
  readonly invokedIndex: number;
  /** Infinity for `info` and for operations that never completed. */
  readonly completedIndex: number;
  /** Recorder's monotonic clock, nanoseconds since the start of the run. */
  readonly invokedNs: number;
  /** When the completion was recorded, also for `info` (its time limit); Infinity if the history was cut first. */
  readonly completedNs: number;
}
