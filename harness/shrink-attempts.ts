// Tries candidates against a budget and remembers the smallest plan that still fails the same way. For `shrink.ts`.
import { UsageError } from "./errors.ts";
import { planHash } from "./parse-plan.ts";
import type { Plan } from "./plan.ts";
import { hashString } from "./random.ts";
import type { RunResult } from "./run.ts";

export interface AttemptOptions {
  readonly failureClass: string;
  readonly run: (plan: Plan) => Promise<RunResult>;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly timeMs: number;
  readonly maxRuns: number;
  readonly signal: AbortSignal | undefined;
  readonly onBest: (best: Plan) => void;
}

/** The best plan so far is always at hand; when the budget is spent every further attempt is refused. */
export class Attempts {
  readonly #options: AttemptOptions;
  readonly #startMs: number;
  /** How many seeds were tried of a candidate, by its hash without the seed. */
  readonly #tried = new Map<string, number>();
  readonly otherClasses: Map<string, number> = new Map();
  /** Candidates that the runner or the system refused as nonsense, and those in which the harness failed. */
  refusedCount = 0;
  crashes: readonly string[] = [];
  runCount = 0;
  #best: Plan;
  #bestResult: RunResult | undefined;

  constructor(first: Plan, options: AttemptOptions) {
    this.#best = first;
    this.#options = options;
    this.#startMs = options.clock();
  }

  get best(): Plan {
    return this.#best;
  }

  /** The run that made it the best; undefined before the first success. */
  get bestResult(): RunResult | undefined {
    return this.#bestResult;
  }

  get elapsedMs(): number {
    return this.#options.clock() - this.#startMs;
  }

  /** Why nothing more is tried, or undefined. */
  get exhausted(): "time" | "runs" | "interrupted" | undefined {
    if (this.#options.signal?.aborted === true) return "interrupted";
    if (this.runCount >= this.#options.maxRuns) return "runs";
    return this.elapsedMs >= this.#options.timeMs ? "time" : undefined;
  }

  /**
   * True iff the candidate fails in the same class with one of `seedCount` seeds (its own first); it is then the best.
   * Leaving out an event shifts all later chance, so its own seed often misses a race that another one hits.
   */
  async accepts(candidate: Plan, seedCount: number): Promise<boolean> {
    const key = planHash({ ...candidate, seed: "any" });
    const first = this.#tried.get(key) ?? 0;
    for (let index = first; index < seedCount; index++) {
      if (this.exhausted !== undefined) return false;
      this.#tried.set(key, index + 1);
      const plan = index === 0 ? candidate : { ...candidate, seed: reseeded(candidate.seed, index) };
      const result = await this.#failing(plan);
      if (result === undefined) continue;
      this.#best = plan;
      this.#bestResult = result;
      this.#options.onBest(plan);
      return true;
    }
    return false;
  }

  /** Runs the plan, whatever the budget. Undefined if it fails in another class, passes, or is refused. */
  async #failing(plan: Plan): Promise<RunResult | undefined> {
    const result = await this.attempt(plan);
    const found = result?.failureClass ?? null;
    if (found === this.#options.failureClass) return result;
    if (found !== null) this.otherClasses.set(found, (this.otherClasses.get(found) ?? 0) + 1);
    return undefined;
  }

  /** Undefined if the plan was refused or the harness failed in it; that candidate is then simply none. */
  async attempt(plan: Plan): Promise<RunResult | undefined> {
    this.runCount++;
    const { expect: _ofAnother, ...bare } = plan;
    try {
      return await this.#options.run(bare);
    } catch (error) {
      if (error instanceof UsageError) this.refusedCount++;
      else this.crashes = [...this.crashes, error instanceof Error ? error.message : String(error)].slice(-10);
      return undefined;
    }
  }
}

/** A plan's seed with another network and scheduling behind the same script. */
function reseeded(seed: string, index: number): string {
  return `r${hashString(`${seed}/reseed/${index}`).toString(16).padStart(8, "0")}`;
}
