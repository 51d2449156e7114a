// Limits of a thread that checks: the clock, the memory of the process, and whoever wants it to stop.
import type { Limits } from "../../harness/checker.ts";

export interface ThreadBounds {
  /** Of `monotonicMs`. */
  readonly deadlineMs: number;
  /** Resident memory of the whole process. */
  readonly memoryBytes: number;
  /** How many threads share what is left of it. */
  readonly threadCount: number;
  /** Shared by all threads of a check. */
  readonly interruption: InterruptionFlag;
}

/** One word of shared memory; anything but zero: the user wants to stop. */
export type InterruptionFlag = Int32Array<SharedArrayBuffer>;

/** Reading the resident size costs a system call. */
const memoryEveryMs = 2;
/** Threads stop by themselves a little below the limit, so that they can still say how far they came. */
const memoryShare = 0.93;

/** Milliseconds of a clock that never goes back and is the same in all threads (`performance.now` is not). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function interruptionFlag(): InterruptionFlag {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Counted from now: what the process holds already is not there for the searches. */
export function threadLimits({ deadlineMs, memoryBytes, threadCount, interruption }: ThreadBounds): Limits {
  const stopBytes = memoryShare * memoryBytes;
  let memoryAskedMs = 0;
  return {
    memoryBytes: Math.max(0, stopBytes - process.memoryUsage.rss()) / threadCount,
    spend() {
      if (Atomics.load(interruption, 0) !== 0) return "interrupted";
      const nowMs = monotonicMs();
      if (nowMs > deadlineMs) return "time";
      if (nowMs - memoryAskedMs < memoryEveryMs) return undefined;
      memoryAskedMs = nowMs;
      return process.memoryUsage.rss() > stopBytes ? "memory" : undefined;
    },
  };
}
