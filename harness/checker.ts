// History in, verdict out. Checkers are synchronous and pure; threads and termination live in `judge.ts`.
import type { History } from "./history.ts";
import type { Json } from "./json.ts";
import type { Input, Operation } from "./operation.ts";
import type { Verdict } from "./verdict.ts";

export interface Checker<I extends Input = Input, O extends Json = Json> {
  readonly name: string;
  /** The ids that its verdict's `claims` will carry, each with the promise in words. */
  readonly properties: readonly Property[];
  check(history: History<I, O>, limits: Limits): Verdict;
  /** Independent parts that may be judged in parallel; the whole is the worst of them. */
  parts?(history: History<I, O>): History<I, O>[];
  /** For runs that end at the first impossible response. */
  online?(): OnlineChecker<I, O>;
}

export interface Property {
  readonly id: string;
  readonly text: string;
}

/** Given by the harness: steps only in simulation (so that verdicts repeat), the clock as well elsewhere. */
export interface Limits {
  /** Call it with the number of steps done since the last call, at least every few thousand; stop when it answers. */
  spend(steps: number): StopReason | undefined;
  readonly memoryBytes: number;
}

export type StopReason = "steps" | "time" | "memory" | "interrupted";

/** Fed with operations as they begin and end, in the order of the history; answers as soon as nothing can explain them. */
export interface OnlineChecker<I extends Input = Input, O extends Json = Json> {
  /** It has begun; its outcome is not known (`info`, completion at Infinity). */
  invoked(operation: Operation<I, O>): void;
  /** It has ended: `ok`, `fail`, or `info`, which says that its outcome will never be known. A verdict is `invalid`. */
  completed(operation: Operation<I, O>): Verdict | undefined;
}

/** Steps only: the same history gives the same verdict on every machine. */
export function stepLimits(steps: number, memoryBytes: number = 1 << 30): Limits {
  let left = steps;
  return {
    memoryBytes,
    spend(done) {
      left -= done;
      return left < 0 ? "steps" : undefined;
    },
  };
}
