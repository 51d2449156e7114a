// What is asked of a check: plain data, because it crosses into threads.
import type { FailedCas, HistoryFormat, Partition } from "../../checkers/formats/index.ts";
import type { Algorithm } from "../../checkers/linearizability/index.ts";

export interface CheckQuestion {
  /** Absolute. */
  readonly path: string;
  /** The path as the user wrote it, for messages. */
  readonly shownPath: string;
  /** A name that `chosenModel` knows, e.g. `semaphore:3`. */
  readonly model: string;
  /** Default: detected. */
  readonly format?: HistoryFormat;
  /** Default: that of the format. */
  readonly partition?: Partition;
  /** Default: that of the format. */
  readonly failedCas?: FailedCas;
  readonly algorithm: Algorithm;
}

export interface CheckBounds {
  /** From the start of the command on, reading included. */
  readonly timeMs: number;
  /** Resident memory of the whole process. */
  readonly memoryBytes: number;
}

export const defaultBounds: CheckBounds = { timeMs: 60_000, memoryBytes: 2 * 1024 ** 3 };
/** Node itself and the program take about half of this. */
export const leastMemoryBytes: number = 256 * 1024 ** 2;
