// The lengths of a run's phases with every default filled in. For the runner and the judge.
import type { PhaseOptions, Plan } from "./plan.ts";

export type PhaseLengths = Required<PhaseOptions>;

/** Defaults as `PhaseOptions` documents them. */
export function phaseLengths(plan: Plan): PhaseLengths {
  return {
    warmUpMs: 500,
    readyLimitMs: plan.runtime === "simulation" ? 10_000 : 60_000,
    quietMs: 2_000,
    finalLimitMs: 10_000,
    operationTimeoutMs: 1_000,
    finalOperationTimeoutMs: 5_000,
    coreLivenessMs: 0,
    checkSteps: 5_000_000,
    checkMs: 60_000,
    stopAtViolation: plan.runtime === "simulation",
    stopAtImpossibleAnswer: false,
    ...plan.options.phases,
  };
}

/** The plan with all of them written down, so that a later default changes no recorded plan. */
export function withPhaseLengths(plan: Plan): Plan {
  return { ...plan, options: { ...plan.options, phases: phaseLengths(plan) } };
}
