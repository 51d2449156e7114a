// When to try again, and when not: what a failure means, how long to wait, how many retries the whole may afford. For
// nodes and clients that call others. Synchronous; the caller keeps the timer.
import type { CallError, Reply } from "../../harness/environment.ts";
import type { Random } from "../../harness/random.ts";

/** What is known of an attempt: it has an answer; it certainly did nothing; nobody can tell. */
export type Fate = "answered" | "nothing-happened" | "unknown";

/** `nothingHappened`: statuses by which the callee vows that it did nothing (e.g. 421, 503). Any other answer is an answer, but a 5xx is unknown. */
export function fateOf(error: CallError | null, reply: Reply | null, nothingHappened: readonly number[]): Fate {
  if (error !== null) return error.isDefinite ? "nothing-happened" : "unknown";
  if (reply === null) return "unknown";
  if (nothingHappened.includes(reply.status)) return "nothing-happened";
  return reply.status >= 500 ? "unknown" : "answered";
}

/**
 * Keeps retries from feeding an overload: every first attempt earns a fraction of a retry, every retry costs one, so that a
 * dead backend sees at most `1 + earned` times the load (Finagle's RetryBudget; gRPC proposal A6, "throttling"; metastable
 * failures, HotOS 2021). Bounded below by zero and above by `capacity`.
 */
export class RetryBudget {
  private readonly capacity: number;
  private readonly earned: number;
  private balance: number;

  /** `capacity` (default 10): retries in a row after a quiet time. `earned` (default 0.2): retries earned by a first attempt. */
  constructor(options: { readonly capacity?: number; readonly earned?: number } = {}) {
    this.capacity = options.capacity ?? 10;
    this.earned = options.earned ?? 0.2;
    this.balance = this.capacity;
  }

  /** Call it at each first attempt. */
  deposit(): void {
    this.balance = Math.min(this.capacity, this.balance + this.earned);
  }

  /** False: the budget is used up, give up. */
  withdraw(): boolean {
    if (this.balance < 1) return false;
    this.balance -= 1;
    return true;
  }
}

export interface RetryPolicy {
  readonly baseMs: number;
  /** No wait is longer. */
  readonly capMs: number;
  /** Attempts in all, the first included. */
  readonly attemptLimit: number;
}

export interface Attempt {
  /** 1: the first. */
  readonly number: number;
  readonly fate: Fate;
  /** Doing it twice is as good as once; only then may an unknown fate be tried again. */
  readonly isIdempotent: boolean;
  /** Monotonic. */
  readonly nowMs: number;
  /** Monotonic; nothing is tried that would begin at or after it. */
  readonly deadlineMs: number;
}

export type RetryDecision = { readonly retryAfterMs: number } | { readonly giveUp: "answered" | "not-idempotent" | "attempts" | "deadline" | "budget" };

/** Whether to try again after this attempt, and after which wait. Takes from the budget only if it says yes. */
export function decideRetry(attempt: Attempt, options: { readonly policy: RetryPolicy; readonly budget: RetryBudget; readonly random: Random }): RetryDecision {
  const { policy, budget, random } = options;
  if (attempt.fate === "answered") return { giveUp: "answered" };
  if (attempt.fate === "unknown" && !attempt.isIdempotent) return { giveUp: "not-idempotent" };
  if (attempt.number >= policy.attemptLimit) return { giveUp: "attempts" };
  const retryAfterMs = backoffMs(attempt.number, policy, random);
  if (attempt.nowMs + retryAfterMs >= attempt.deadlineMs) return { giveUp: "deadline" };
  return budget.withdraw() ? { retryAfterMs } : { giveUp: "budget" };
}

/** Uniform between 0 and an exponentially growing bound ("full jitter", Brooker 2015: fewest calls in all under contention). */
export function backoffMs(attemptNumber: number, policy: RetryPolicy, random: Random): number {
  const boundMs = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attemptNumber - 1, 30));
  return random.float("backoff") * boundMs;
}
