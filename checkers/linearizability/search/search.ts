// What every search is asked and what it answers. For the searches and for those who schedule them.
import type { Limits, StopReason } from "../../../harness/checker.ts";

export interface SearchBudget {
  /** Steps after which this attempt ends; a later attempt may get more. */
  readonly maxSteps: number;
  readonly limits: Limits;
}

/** Positions refer to the operations given. */
export type SearchAnswer =
  | { readonly verdict: "valid"; /** A linearization, with the indeterminate operations that it uses. */ readonly order: readonly number[] }
  | {
      readonly verdict: "invalid";
      /** Operations that may be impossible by themselves. */
      readonly suspects?: readonly number[];
      /** The operation whose completion made the history impossible: the history up to it is, the one before it is not. */
      readonly impossibleAt?: number;
    }
  | { readonly verdict: "unknown"; readonly reason: SearchStop };

/** `budget`: only this attempt's share was used up. `inapplicable`: no algorithm that was allowed can decide it. */
export type SearchStop = StopReason | "budget" | "inapplicable";

export interface SearchStatistics {
  /** Attempts to take a step. */
  readonly steps: number;
  /** Situations remembered. */
  readonly configurations: number;
  /** Most operations that were ever linearized at once. */
  readonly deepest: number;
  readonly memoryBytes: number;
}

/** How many steps a search may take before it asks its limits again. */
export const stepsBetweenLimits = 4096;
/** Steps that ask the model count this much more: nobody knows how long a model takes. */
const modelStepWeight = 64;

/**
 * Counts steps against a budget, and asks the limits only now and then: every 4,096 steps that were looked up, or every 64
 * that asked the model. So a limit of time holds within 64 times the slowest step, without a clock in here; a `spend` that
 * looks at the clock costs little beside 64 calls of any model, one that measures memory should do so only now and then.
 */
export class StepMeter {
  readonly #budget: SearchBudget;
  #steps = 0;
  #pauseAt: number;
  #reported = 0;

  constructor(budget: SearchBudget) {
    this.#budget = budget;
    this.#pauseAt = Math.min(budget.maxSteps, stepsBetweenLimits);
  }

  get steps(): number {
    return this.#steps;
  }

  /** One more step; true when it is time to ask `pause`. */
  tick(): boolean {
    return ++this.#steps >= this.#pauseAt;
  }

  /** The model was asked for a step: the next pause comes earlier. */
  charge(): void {
    this.#pauseAt -= modelStepWeight;
  }

  /** Why to stop here, if at all. `memoryBytes`: what the search holds now. */
  pause(memoryBytes: number): SearchStop | undefined {
    const stop = this.report();
    if (stop !== undefined) return stop;
    if (memoryBytes > this.#budget.limits.memoryBytes) return "memory";
    if (this.#steps >= this.#budget.maxSteps) return "budget";
    this.#pauseAt = Math.min(this.#budget.maxSteps, this.#steps + stepsBetweenLimits);
    return undefined;
  }

  /** Tells the limits of the steps that they do not know of yet; also at the end of a search. */
  report(): StopReason | undefined {
    const done = this.#steps - this.#reported;
    this.#reported = this.#steps;
    return done === 0 ? undefined : this.#budget.limits.spend(done);
  }
}
