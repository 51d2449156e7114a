// Tests a system object in this process, in simulation, over many seeds. For users' own test suites and for the vitest face.
import { shrink } from "../harness/shrink.ts";
import { UsageError } from "../harness/errors.ts";
import type { Nemesis } from "../harness/nemesis.ts";
import type { Plan } from "../harness/plan.ts";
import type { ResolvedPlan, RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import { searchPlan, type SearchOverrides } from "../harness/search.ts";
import { suggestion } from "../harness/spelling.ts";
import type { System } from "../harness/system.ts";
import { worstClaim, worstVerdict, type ClaimWord, type VerdictWord } from "../harness/verdict.ts";
import { nemeses as catalogue } from "../nemesis/index.ts";
import { createSimulation } from "../runtimes/simulation/index.ts";

export interface SystemCheckOptions extends SearchOverrides {
  readonly variant?: string;
  /** Plant one of the system's bugs: the check should then end `invalid`. */
  readonly bug?: string;
  /** How many plans of the default search. Default 100. */
  readonly seeds?: number;
  /** Another base gives other plans. Default "1", so that a test repeats. */
  readonly seedBase?: string;
  /** Nemeses of your own, beside the catalogue; name them in `nemeses`. */
  readonly ownNemeses?: readonly Nemesis[];
  /** Make the failing plan smaller for at most so long. Default 10,000; 0: leave it. */
  readonly shrinkMs?: number;
}

export interface SystemCheck {
  /** Invalid if any claim was violated; unknown if some run was, or nothing was exercised. */
  readonly verdict: VerdictWord;
  readonly runCount: number;
  /** Claims over all runs: violated once is invalid, undecided anywhere unknown, exercised once valid. */
  readonly claims: Readonly<Record<string, ClaimWord>>;
  /** The first run that was not valid, made smaller if it was invalid. */
  readonly failure?: RunResult;
}

/** Stops at the first violation. Rejects only for mistakes in its arguments and in the harness. */
export async function checkSystem(system: System, options: SystemCheckOptions = {}): Promise<SystemCheck> {
  const claims: Record<string, ClaimWord> = {};
  const verdicts: VerdictWord[] = [];
  let doubtful: RunResult | undefined;
  for (const plan of plansOf(system, options)) {
    const result = await runPlan(resolveWith(system, plan, options.ownNemeses));
    verdicts.push(result.verdict.verdict);
    for (const claim of result.verdict.claims) claims[claim.id] = worstClaim([claims[claim.id] ?? "not-exercised", claim.verdict]);
    if (result.verdict.verdict === "invalid") return { verdict: "invalid", runCount: verdicts.length, claims, failure: await smaller(system, result, options) };
    if (result.verdict.verdict === "unknown") doubtful ??= result;
  }
  return { verdict: worstVerdict(verdicts), runCount: verdicts.length, claims, ...(doubtful === undefined ? {} : { failure: doubtful }) };
}

/** The plans of the system's default search, the first `seeds` of them. */
export function* plansOf(system: System, options: SystemCheckOptions): Generator<Plan> {
  const { variant, bug, seeds = 100, seedBase = "1", ownNemeses: _own, shrinkMs: _shrink, ...overrides } = options;
  const request = {
    system,
    module: `in-process:${system.name}`,
    seedBase,
    overrides,
    ...(variant === undefined ? {} : { variant }),
    ...(bug === undefined ? {} : { bug }),
  };
  for (let index = 0; index < seeds; index++) yield searchPlan({ ...request, index });
}

/** Names to objects, for a system that is at hand. @throws UsageError for names that the system or the catalogue lacks */
export function resolveWith(system: System, plan: Plan, ownNemeses: readonly Nemesis[] = []): ResolvedPlan {
  const bug = plan.bug === undefined ? undefined : named("bug", plan.bug, system.bugs);
  const subject = { system, ...(bug === undefined ? {} : { bug }) };
  const variant = plan.variant === undefined ? system.variants[0] : named("variant", plan.variant, system.variants);
  if (variant === undefined) throw new UsageError("no-variant", `The system ${system.name} has no variant.`, "Give it at least one.");
  return {
    ...subject,
    plan,
    variant,
    workload: named("workload", plan.workload, system.workloads),
    nemeses: plan.nemeses.map((name) => named("nemesis", name, [...ownNemeses, ...catalogue])),
    runtime: createSimulation(subject),
  };
}

function named<T extends { readonly name: string }>(what: string, name: string, items: readonly T[]): T {
  const found = items.find((item) => item.name === name);
  if (found !== undefined) return found;
  const wayOut = suggestion(
    name,
    items.map((item) => item.name),
  );
  throw new UsageError(`unknown-${what}`, `There is no ${what} named "${name}".`, wayOut);
}

async function smaller(system: System, result: RunResult, options: SystemCheckOptions): Promise<RunResult> {
  const timeMs = options.shrinkMs ?? 10_000;
  if (timeMs === 0 || result.failureClass === null) return result;
  const run = (plan: Plan): Promise<RunResult> => runPlan(resolveWith(system, plan, options.ownNemeses));
  const shrunk = await shrink({ plan: result.plan, failureClass: result.failureClass, run, clock: () => performance.now(), timeMs });
  return shrunk.result ?? result;
}
