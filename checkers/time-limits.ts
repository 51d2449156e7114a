// Limits by a clock, which the caller brings along: checkers themselves read none. For users of the checkers as a library.
import type { Limits } from "../harness/checker.ts";

export interface TimeLimitsOptions {
  /** From this call on. */
  readonly timeoutMs: number;
  /** Milliseconds of a clock that never goes back: `() => performance.now()`. */
  readonly now: () => number;
  /** What the searches may hold; default 1 GiB. */
  readonly memoryBytes?: number;
}

/**
 * Stops with `time` when the clock has passed the limit; the verdict is then `unknown`, or `invalid` if that was certain
 * already. Searches look at it at least every 64 steps of the model; a monitor is not interrupted (its cost is
 * polynomial), nor is a single step. What must end in time whatever happens belongs in a worker that can be terminated.
 */
export function timeLimits({ timeoutMs, now, memoryBytes = 1 << 30 }: TimeLimitsOptions): Limits {
  const deadlineMs = now() + timeoutMs;
  return { memoryBytes, spend: () => (now() > deadlineMs ? "time" : undefined) };
}
