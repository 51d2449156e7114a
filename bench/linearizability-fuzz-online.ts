// Feeds a history to the online checker event by event: it must not accuse before the history is impossible. For the comparison.
import { isLinearizableByBruteForce } from "../checkers/linearizability/brute-force.ts";
import type { Model } from "../checkers/linearizability/model.ts";
import { OnlineLinearizability } from "../checkers/linearizability/online.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import { until } from "./linearizability-fuzz-witness.ts";

/** `unknown`: the history is impossible, and it did not say so; it may give up, and it need not look at every completion. */
export function faultOfOnline<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  isValid: boolean,
): "valid" | "invalid" | "unknown" | "inapplicable" | { readonly fault: string } {
  // Nobody learns during a run that an operation took effect before a moment or never.
  if (operations.some(({ type, completedIndex }) => type === "info" && completedIndex !== Infinity)) return "inapplicable";
  const accusedAt = firstAccusation(model, operations);
  if (accusedAt === undefined) return isValid ? "valid" : "unknown";
  if (isLinearizableByBruteForce(model, until(operations, accusedAt))) return { fault: `accuses at ${accusedAt}, when all can still be explained` };
  return "invalid";
}

/** The position of the completion at which it accuses. */
function firstAccusation<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): number | undefined {
  const online = new OnlineLinearizability(model);
  const events = operations.flatMap((operation) => [
    { at: operation.invokedIndex, operation, isInvocation: true },
    // Of the indeterminate ones, every other one is never heard of again.
    ...(operation.completedIndex !== Infinity || operation.id % 2 === 0
      ? [{ at: operation.completedIndex === Infinity ? operation.invokedIndex + 2.5 : operation.completedIndex, operation, isInvocation: false }]
      : []),
  ]);
  for (const { at, operation, isInvocation } of events.toSorted((one, other) => one.at - other.at)) {
    if (isInvocation) online.invoked(withoutOutcome(operation));
    else if (online.completed(operation)?.verdict === "invalid") return at;
  }
  return undefined;
}

function withoutOutcome<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  const { output: _unknownYet, ...rest } = operation;
  return { ...rest, type: "info", error: "not completed yet", completedIndex: Infinity, completedNs: Infinity };
}
