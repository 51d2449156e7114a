// Judges how far a search says that an impossible history can be explained. For the comparison.
import { faultOfLinearization } from "../checkers/linearizability/certificate.ts";
import type { Model } from "../checkers/linearizability/model.ts";
import type { SearchAnswer, SearchBudget } from "../checkers/linearizability/search/search.ts";
import { stepLimits } from "../harness/checker.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";

type Operations<I extends Input, O extends Json> = readonly Operation<I, O>[];

interface PartialSearch<I extends Input, O extends Json> {
  run(operations: Operations<I, O>, budget: SearchBudget, options: { readonly withClasses: boolean }): SearchAnswer;
  readonly longestPartial: number[];
}

/** How far an impossible history can be explained is shown to people, so it must be an explanation that far. */
export function faultOfPartial<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: Operations<I, O>,
  search: PartialSearch<I, O>,
): "invalid" | "inapplicable" | { readonly fault: string } {
  const part = operations.filter(({ type }) => type !== "fail");
  const { verdict } = search.run(part, { maxSteps: 50_000, limits: stepLimits(2_000_000) }, { withClasses: true });
  if (verdict === "unknown") return "inapplicable";
  if (verdict !== "invalid") return { fault: `the search says ${verdict}` };
  const placed = search.longestPartial.flatMap((position) => part[position] ?? []);
  const fault = faultOfLinearization(model, placed, [...placed.keys()]);
  return fault === undefined ? "invalid" : { fault };
}
