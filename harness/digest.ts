// What is kept of one run among thousands: small, JSON-safe, so that it crosses threads and fits into campaigns.
import type { Json } from "./json.ts";
import type { Plan } from "./plan.ts";
import type { RunEnding, RunResult } from "./run.ts";
import type { ClaimWord, VerdictWord } from "./verdict.ts";

/** `stuck`: killed by the wall limit. `crashed`: the harness itself failed. Both are `unknown`, never an accusation. */
type DigestEnding = RunEnding | "stuck" | "crashed";

export interface RunDigest {
  /** Position in the search; with the seed base it names the plan. */
  readonly index: number;
  readonly seed: string;
  readonly verdict: VerdictWord;
  readonly why: string;
  /** As in `RunResult`; or `stuck`. */
  readonly failureClass: string | null;
  readonly ending: DigestEnding;
  readonly claims: readonly { readonly id: string; readonly verdict: ClaimWord }[];
  readonly okCount: number;
  readonly operationCount: number;
  /** Faults that were carried out, that had an effect, that were skipped; over all kinds. */
  readonly injectedCount: number;
  readonly effectiveCount: number;
  readonly skippedCount: number;
  /** Virtual time in simulation. */
  readonly runMs: number;
  /** What the run cost in real time. */
  readonly wallMs: number;
  readonly traceHash?: string;
  /** With its script; only of runs that are not valid. */
  readonly plan?: Plan;
}

/** @param wallMs what the run cost, by the caller's clock */
export function digestRun(result: RunResult, at: { readonly index: number; readonly wallMs: number }): RunDigest {
  const { statistics, verdict, plan } = result;
  const faults = Object.values(statistics.faults);
  const { traceHash } = statistics.cluster;
  return {
    index: at.index,
    seed: plan.seed,
    verdict: verdict.verdict,
    why: verdict.why,
    failureClass: result.failureClass,
    ending: result.ending,
    claims: verdict.claims.map(({ id, verdict: word }) => ({ id, verdict: word })),
    okCount: statistics.okCount,
    operationCount: statistics.okCount + statistics.failCount + statistics.infoCount,
    injectedCount: sum(faults.map((fault) => fault.injectedCount)),
    effectiveCount: sum(faults.map((fault) => fault.effectiveCount)),
    skippedCount: sum(faults.map((fault) => fault.skippedCount)),
    runMs: statistics.runMs,
    wallMs: at.wallMs,
    ...(traceHash === undefined ? {} : { traceHash }),
    ...(verdict.verdict === "valid" ? {} : { plan }),
  };
}

/** A run of which only the plan is left: it hung, or the harness failed in it. */
export function lostRun(
  plan: Plan,
  lost: { readonly index: number; readonly wallMs: number; readonly ending: "stuck" | "crashed"; readonly why: string },
): RunDigest {
  const { index, wallMs, ending, why } = lost;
  return {
    index,
    seed: plan.seed,
    verdict: "unknown",
    why,
    failureClass: ending === "stuck" ? "stuck" : null,
    ending,
    claims: [],
    okCount: 0,
    operationCount: 0,
    injectedCount: 0,
    effectiveCount: 0,
    skippedCount: 0,
    runMs: 0,
    wallMs,
    plan,
  };
}

/** Fewer than this many ok operations show nothing (contract 11). */
export const leastOkCount = 20;

/** Whether the seed may be counted as evidence that all is well: enough happened, and something was broken. */
export function countsAsSeed(digest: Pick<RunDigest, "okCount" | "effectiveCount" | "ending">): boolean {
  return digest.okCount >= leastOkCount && digest.effectiveCount >= 1 && digest.ending !== "stuck" && digest.ending !== "crashed";
}

/** Whether the claim was violated in this run. */
export function accuses(digest: Pick<RunDigest, "claims">, claimId: string): boolean {
  return digest.claims.some((claim) => claim.id === claimId && claim.verdict === "invalid");
}

/** The decode boundary of threads: checks what `explore` and `campaign` rely on. The sender is our own worker. */
export function digestFromJson(value: Json): RunDigest {
  const isDigest = typeof value === "object" && value !== null && "index" in value && "verdict" in value && "claims" in value && "seed" in value;
  if (!isDigest) throw new Error("a worker answered with something that is not the digest of a run");
  // The one cast of this wire: `digestRun` in the worker built it from the same source tree.
  return value as unknown as RunDigest;
}

/** For the way into a thread. Digests hold JSON only; interfaces just do not say so. */
export function digestToJson(digest: RunDigest): Json {
  return digest as unknown as Json;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
