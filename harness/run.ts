// What a plan is resolved to before it runs, and what comes of the run. For the runner, the campaign, shrink and reports.
import type { History } from "./history.ts";
import type { Nemesis } from "./nemesis.ts";
import type { Plan } from "./plan.ts";
import type { Runtime, ClusterStatistics, LogLine, Subject } from "./runtime.ts";
import type { Variant } from "./system.ts";
import type { Verdict } from "./verdict.ts";
import type { Workload } from "./workload.ts";

/** The objects that the names in a plan stand for. Made by a registry outside the harness (`resolve(plan)`). */
export interface ResolvedPlan extends Subject {
  readonly plan: Plan;
  readonly variant: Variant;
  readonly workload: Workload;
  readonly nemeses: readonly Nemesis[];
  readonly runtime: Runtime;
}
export type Resolve = (plan: Plan) => Promise<ResolvedPlan>;

/** How far a run came. Everything but `completed` makes the verdict at best unknown. */
export type RunEnding = "completed" | "stopped-at-violation" | "never-ready" | "interrupted" | "failed";

export interface RunResult {
  /** With the script that was really run, explicit options, and `expect` filled in. */
  readonly plan: Plan;
  readonly history: History;
  /** Its `claims` are the claims of the system that apply to the variant. */
  readonly verdict: Verdict;
  /** `CLAIM/JUDGE` of the first violated claim, e.g. `KV-C1/register:linearizable`; null if none. Shrinking accepts only the same class. */
  readonly failureClass: string | null;
  readonly ending: RunEnding;
  readonly statistics: RunStatistics;
  /** Newest lines, bounded per node. */
  readonly logs: readonly LogLine[];
}

export interface RunStatistics {
  readonly okCount: number;
  readonly failCount: number;
  readonly infoCount: number;
  /** By kind of fault: planned and carried out; with a real effect; skipped with a recorded reason. */
  readonly faults: Readonly<Record<string, { readonly injectedCount: number; readonly effectiveCount: number; readonly skippedCount: number }>>;
  /** Time on the recorder's clock from start to stop, milliseconds (virtual in simulation). */
  readonly runMs: number;
  readonly cluster: ClusterStatistics;
}
