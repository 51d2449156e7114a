// What a failed check says in a terminal: the promise, what was seen, the smallest plan. For the vitest face.
import type { System } from "../harness/system.ts";
import type { Verdict } from "../harness/verdict.ts";
import { runText } from "../reports/index.ts";
import type { SystemCheck } from "./check-system.ts";

/** The story of the first run that was not valid; the plan at the end is what `replay` takes. */
export function failureText(system: System, check: SystemCheck): string {
  const { failure } = check;
  if (failure === undefined) return `${system.name}: ${check.verdict} after ${check.runCount} runs: no claim was exercised.`;
  const claims = system.claims.map(({ id, text, faults, premise }) => ({ id, text, faults, premise: premise.text }));
  const seed = `seed ${failure.plan.seed}, workload ${failure.plan.workload}`;
  const text = runText({ id: "", result: failure, systemText: system.text, claims, repeatLine: `the same test repeats it: ${seed}`, environment: {} });
  return `${system.name}: ${check.verdict} in run ${check.runCount}\n${text}\nPlan:\n${JSON.stringify(failure.plan)}\n`;
}

/** The explanations of a verdict, one a line. */
export function evidenceText(verdict: Verdict): string {
  const lines = verdict.evidence.flatMap((evidence) => {
    if (!("explanation" in evidence)) return [];
    const operations =
      "operations" in evidence ? evidence.operations.map((operation) => `  process ${operation.process}: ${operation.text} ${operation.result}`) : [];
    return [evidence.explanation, ...operations];
  });
  return [verdict.why, ...lines].join("\n");
}
