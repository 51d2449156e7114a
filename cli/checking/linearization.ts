// A linearization as steps that people can read, as many as fit. For the answer of a check.
import { assert } from "../../harness/errors.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { LinearizationStep } from "../../harness/verdict.ts";
import { sentenceOf } from "../../checkers/linearizability/explanation.ts";
import type { Model } from "../../checkers/linearizability/model.ts";
import type { PartitionLinearization } from "./part.ts";

/** In all partitions together. */
export const maximalStepsListed = 10_000;
export const maximalPartitionsListed = 1000;
/** States of containers grow with their history. */
const maximalStateLength = 200;

/** The first steps of an order (positions of `operations`), which has been replayed before and is legal. */
export function linearizationOf<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  { order, maximalSteps }: { readonly order: readonly number[]; readonly maximalSteps: number },
): Pick<PartitionLinearization, "initialState" | "steps" | "omitted"> {
  const steps: LinearizationStep[] = [];
  let state = model.initial;
  for (const position of order.slice(0, maximalSteps)) {
    const operation = operations[position];
    assert(operation !== undefined, "an order names operations");
    const next = model.step(state, operation.input, operation.type === "ok" ? operation.output : undefined);
    assert(next !== undefined, "an order takes legal steps");
    state = next;
    steps.push({ operation: operation.id, text: sentenceOf(model, operation), stateAfter: bounded(model.describeState(state)) });
  }
  return { initialState: bounded(model.describeState(model.initial)), steps, omitted: order.length - steps.length };
}

function bounded(text: string): string {
  return text.length > maximalStateLength ? `${text.slice(0, maximalStateLength)}…` : text;
}
