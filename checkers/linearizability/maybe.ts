// Operations of which less is known than was recorded. For those who take histories apart.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

/** The operation with its outcome forgotten but not its time; undefined if it can then not matter. */
export function asMaybe<S, I extends Input, O extends Json>(model: Model<S, I, O>, operation: Operation<I, O>): Operation<I, O> | undefined {
  if (operation.type === "info") return operation;
  if (model.isReadOnly?.(operation.input, operation.output) === true) return undefined;
  const { output: _forgotten, ...rest } = operation;
  return { ...rest, type: "info", error: "maybe" };
}

/** The history as it stood at a moment: nothing invoked later, nothing completed later. */
export function until<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], moment: number): Operation<I, O>[] {
  const found: Operation<I, O>[] = [];
  for (const operation of operations) {
    if (operation.invokedIndex <= moment) found.push(operation.completedIndex <= moment ? operation : withoutOutcome(operation));
  }
  return found;
}

function withoutOutcome<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  if (operation.type === "info") return operation;
  const { output: _unknownThen, ...rest } = operation;
  return { ...rest, type: "info", error: "not completed yet", completedIndex: Infinity };
}
