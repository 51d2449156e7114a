// How much a checker of a real-time run may spend. Steps alone (`stepLimits`) are for simulation, so that verdicts repeat.
import type { Limits } from "./checker.ts";

/** Stops after `ms` milliseconds of `clock` (monotonic milliseconds), counted from now. `isInterrupted` is asked as often. */
export function timeLimits(clock: () => number, ms: number, options: { readonly memoryBytes?: number; readonly isInterrupted?: () => boolean } = {}): Limits {
  const { memoryBytes = 1 << 30, isInterrupted = () => false } = options;
  const endMs = clock() + ms;
  return {
    memoryBytes,
    spend: () => (isInterrupted() ? "interrupted" : clock() > endMs ? "time" : undefined),
  };
}
