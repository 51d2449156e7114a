// Runs a plan again and says whether the same came out. For the command line and for tests of found bugs.
import type { Plan } from "./plan.ts";
import type { RunResult } from "./run.ts";

/**
 * `identical`: the same trace hash (simulation) or, in real time, the same failure class; `diverged`: another trace hash,
 * so either the code has changed or something leaks into the simulation; `other-class`: in real time, another failure
 * class or none; `nothing-expected`: the plan does not say what it should find.
 */
type ReplayOutcome = "identical" | "diverged" | "other-class" | "nothing-expected";

export interface ReplayReport {
  readonly outcome: ReplayOutcome;
  /** One sentence. */
  readonly explanation: string;
  /** Whether the expected failure class was found, also by a run that diverged; undefined if none was expected. */
  readonly isSameFailure: boolean | undefined;
  readonly result: RunResult;
}

export interface ReplayOptions {
  readonly run: (plan: Plan) => Promise<RunResult>;
  /** Where the two runs part ("event 412: ..."), from whoever can compare their traces; undefined if nobody can. */
  readonly explainDivergence?: (plan: Plan, result: RunResult) => Promise<string | undefined>;
}

export async function replay(plan: Plan, { run, explainDivergence }: ReplayOptions): Promise<ReplayReport> {
  const { expect, ...bare } = plan;
  const result = await run(bare);
  if (expect === undefined) {
    return { outcome: "nothing-expected", explanation: "The plan does not say what it should find.", isSameFailure: undefined, result };
  }
  const isSameFailure = result.failureClass === expect.failureClass;
  const traceHash = result.statistics.cluster.traceHash;
  if (expect.traceHash === undefined || traceHash === undefined) return byClass(expect.failureClass, isSameFailure, result);
  if (traceHash === expect.traceHash) {
    // The trace covers what the system did, not how it was judged: a newer checker may judge the same run differently.
    const judged = isSameFailure ? "" : ` It is judged differently now: ${named(result.failureClass)} instead of ${named(expect.failureClass)}.`;
    return { outcome: "identical", explanation: `The run is identical (trace ${traceHash}).${judged}`, isSameFailure, result };
  }
  const where = (await explainDivergence?.(plan, result)) ?? `its trace is ${traceHash} instead of ${expect.traceHash}`;
  const found = isSameFailure ? "It still ends the same way" : `It ends with ${named(result.failureClass)} instead of ${named(expect.failureClass)}`;
  return {
    outcome: "diverged",
    explanation: `The run diverged: ${where}. ${found}; the code has changed since, or chance has leaked in.`,
    isSameFailure,
    result,
  };
}

function byClass(expected: string | null, isSameFailure: boolean, result: RunResult): ReplayReport {
  const explanation = isSameFailure
    ? `The run ends the same way: ${named(expected)}.`
    : `The run ends with ${named(result.failureClass)} instead of ${named(expected)}.`;
  return { outcome: isSameFailure ? "identical" : "other-class", explanation, isSameFailure, result };
}

function named(failureClass: string | null): string {
  return failureClass ?? "no violation";
}
