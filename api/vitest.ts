// The vitest face: matchers for histories, and a whole system as a test suite. Import it in a test file; vitest is yours.
import { describe, expect, test } from "vitest";
import { linearizable, type Model } from "../checkers/linearizability/index.ts";
import { stepLimits } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Json } from "../harness/json.ts";
import type { Input } from "../harness/operation.ts";
import type { System } from "../harness/system.ts";
import type { Verdict } from "../harness/verdict.ts";
import type { Workload } from "../harness/workload.ts";
import { evidenceText, failureText } from "./failure-text.ts";
import { checkSystem, type SystemCheckOptions } from "./check-system.ts";

const checkSteps = 50_000_000;

expect.extend({
  /** `expect(history).toBeLinearizable(model)`: fails with the smallest witness; a history too hard to decide fails as well. */
  toBeLinearizable(history: History, model: Model<unknown>) {
    return matched(linearizable(model).check(history, stepLimits(checkSteps)), "linearizable");
  },
  /** `expect(history).toSatisfy workload`: the workload's own checker, e.g. `toKeep(setWorkload)`. */
  toKeep(history: History, workload: Workload) {
    return matched(workload.check(history, stepLimits(checkSteps)), `what ${workload.name} promises`);
  },
});

function matched(verdict: Verdict, promise: string): { pass: boolean; message: () => string } {
  const pass = verdict.verdict === "valid";
  return {
    pass,
    message: () => (pass ? `expected the history not to be ${promise}` : `expected the history to be ${promise}: ${verdict.verdict}\n${evidenceText(verdict)}`),
  };
}

export interface HistoryMatchers<R> {
  toBeLinearizable<S, I extends Input, O extends Json>(model: Model<S, I, O>): R;
  toKeep(workload: Workload): R;
}

declare module "vitest" {
  // The type parameters repeat vitest's own declaration, which this one extends.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends HistoryMatchers<R> {}
}

/** A suite with one test: the system keeps every claim over the seeds of its default search. The failure tells the story. */
export function testSystem(system: System, options: SystemCheckOptions = {}): void {
  describe(`system ${system.name}`, () => {
    test(`keeps its claims over ${options.seeds ?? 100} seeds`, { timeout: 300_000 }, async () => {
      const check = await checkSystem(system, options);
      if (check.verdict !== "valid") throw new Error(failureText(system, check));
    });
  });
}
