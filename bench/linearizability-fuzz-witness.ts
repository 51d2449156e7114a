// Judges witnesses by the definition: impossible whatever else happened, and nothing in it can be spared. For the comparison.
import { isLinearizableByBruteForce } from "../checkers/linearizability/brute-force.ts";
import type { Model } from "../checkers/linearizability/model.ts";
import type { Witness } from "../checkers/linearizability/witness.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";

type Operations<I extends Input, O extends Json> = readonly Operation<I, O>[];

/** The history as it stood at a moment: nothing invoked later, and what completed later was still open. */
export function until<I extends Input, O extends Json>(operations: Operations<I, O>, moment: number): Operation<I, O>[] {
  return operations.flatMap((operation) => {
    if (operation.invokedIndex > moment) return [];
    if (operation.completedIndex <= moment || operation.type !== "ok") return [operation];
    const { output: _unknownThen, ...rest } = operation;
    return [{ ...rest, type: "info", error: "not completed yet", completedIndex: Infinity }];
  });
}

/** What is wrong with a witness, if anything. */
export function faultOfWitness<S, I extends Input, O extends Json>(model: Model<S, I, O>, witness: Witness<I, O>): string | undefined {
  const can = (operations: Operations<I, O>): boolean => isLinearizableByBruteForce(model, operations);
  const kept = new Set(witness.operations.filter((operation) => !witness.sources.has(operation)));
  const scope = scopeOf(model, witness);
  if (!kept.has(witness.culprit)) return "the culprit is not in it";
  if (can(witness.operations)) return "it has an order";
  if (can(keeping(model, kept, scope))) return "it has an order together with other operations";
  for (const spared of kept) {
    const rest = new Set([...kept].filter((operation) => operation !== spared));
    if (!can(keeping(model, rest, scope))) return `operation ${spared.id} can be spared`;
    if (!can(keeping(model, rest, witness.operations))) return `the sources do not explain the rest without operation ${spared.id}`;
  }
  return undefined;
}

/** What a witness speaks of: everything until the culprit completed; of containers, only the values in the witness. */
function scopeOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, { operations, prefix }: Witness<I, O>): Operations<I, O> {
  if (model.elementOf === undefined) return prefix;
  const elements = new Set(operations.map((operation) => model.elementOf?.(operation)));
  return prefix.filter((operation) => model.elementOf?.(operation) === undefined || elements.has(model.elementOf(operation)));
}

/** All others become maybes: they took effect at their time, or never. */
function keeping<S, I extends Input, O extends Json>(model: Model<S, I, O>, some: ReadonlySet<Operation<I, O>>, among: Operations<I, O>): Operation<I, O>[] {
  return among.flatMap((operation) => {
    if (some.has(operation) || operation.type === "info") return [operation];
    if (model.isReadOnly?.(operation.input, operation.output) === true) return [];
    const { output: _forgotten, ...rest } = operation;
    return [{ ...rest, type: "info" as const, error: "maybe" }];
  });
}
